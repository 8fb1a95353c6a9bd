// What the functions for JavaScript take, in milliseconds; `now` gives processor time where there is such a thing.
function measured(api, { files, changed, options, times }, now) {
  const work = {
    svg: () => api.svg(files, options).length,
    check: () => api.check(files, options).diagnostics.length,
    diff: () => api.diff(files, changed, options).pairs.length,
  };
  const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
  return Object.fromEntries(Object.entries(work).map(([name, run]) => {
    let said;
    const taken = Array.from({ length: times }, () => {
      const begin = now();
      said = run();
      return now() - begin;
    });
    return [name, { said, taken: median(taken) }];
  }));
}
