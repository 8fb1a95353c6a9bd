//! Every pair's answer in memory, and answers held against packets that are walked one by one.

use ringfence_engine::answers::conversation::{Question, Shape};
use ringfence_engine::ovn::network::Network;
use ringfence_engine::ovn::walk::Choice;
use ringfence_engine::reach::{AnswerId, Endpoint, Family, L4Header, PairAnswer, Reach};
use ringfence_tests::random::Random;

/// The answers about all ordered pairs: as many numbers as there are pairs, and what each of them means.
pub struct Answers {
    count: usize,
    numbers: Vec<u32>,
    /// By number: the answer.
    pub examples: Vec<PairAnswer>,
}

/// What stands where somebody would ask himself.
const NOBODY: u32 = u32::MAX;

impl Answers {
    /// Asks about everybody.
    pub fn of(reach: &mut Reach<'_>) -> Self {
        let count = reach.endpoints().len();
        let (mut numbers, mut examples) = (vec![NOBODY; count * count], Vec::new());
        // By the answer's number in the engine.
        let mut known: Vec<u32> = Vec::new();
        let classes = reach.classes();
        let places: Vec<usize> = (0..count).map(|endpoint| classes.of(endpoint).unwrap()).collect();
        for (class, members) in classes.members().iter().enumerate() {
            let fan: Vec<Option<AnswerId>> = reach.fan(class).all().collect();
            let by_class: Vec<u32> = fan
                .iter()
                .map(|answer| {
                    answer.map_or(NOBODY, |answer| {
                        known.resize(known.len().max(answer.number() + 1), NOBODY);
                        if known[answer.number()] == NOBODY {
                            known[answer.number()] = u32::try_from(examples.len()).unwrap();
                            examples.push(reach.told_as(answer).unwrap());
                        }
                        known[answer.number()]
                    })
                })
                .collect();
            for from in members {
                let row = &mut numbers[from * count..(from + 1) * count];
                row.iter_mut().zip(&places).for_each(|(number, place)| *number = by_class[*place]);
                row[*from] = NOBODY;
            }
        }
        Self { count, numbers, examples }
    }

    /// How many pairs there are.
    pub fn pairs(&self) -> usize {
        self.count * self.count.saturating_sub(1)
    }

    /// For each pair a bit for each header: whether such a request is delivered for certain.
    pub fn bits(&self, headers: &[L4Header]) -> Vec<u64> {
        let words = headers.len().div_ceil(64);
        let mut masks = vec![0u64; (self.examples.len() + 1) * words];
        for (number, answer) in self.examples.iter().enumerate() {
            for (at, _) in headers.iter().enumerate().filter(|(_, header)| delivers(answer, **header)) {
                masks[number * words + at / 64] |= 1 << (at % 64);
            }
        }
        let mut bits = Vec::with_capacity(self.numbers.len() * words);
        for number in &self.numbers {
            let number = usize::try_from(*number).unwrap().min(self.examples.len());
            bits.extend_from_slice(&masks[number * words..(number + 1) * words]);
        }
        bits
    }
}

/// Whether a request over IPv4 is delivered for certain.
pub fn delivers(answer: &PairAnswer, header: L4Header) -> bool {
    answer.family(Family::Ipv4).is_some_and(|family| family.delivered.contains(header))
}

/// Walks the packets of random pairs and headers, and fails where the answer about a pair says anything else. Says how
/// many conversations were walked, and how many of them the rows kept from being delivered or from being answered.
pub fn walked(
    network: &Network,
    reach: &mut Reach<'_>,
    random: &mut Random,
    times: usize,
    headers: &[L4Header],
) -> Result<(usize, usize), String> {
    let (endpoints, mut kept) = (reach.endpoints(), 0);
    // From here on all answers come from those about everybody.
    reach.classes();
    for _ in 0..times {
        let (from, to) = (random.below(endpoints.len()), random.below(endpoints.len()));
        if from == to {
            continue;
        }
        let (pair, header) = (reach.pair(from, to), *random.pick(headers));
        let Some(family) = pair.family(Family::Ipv4) else { continue };
        let pipelines = reach.pipelines();
        let question = question(network, pipelines, (&endpoints[from], &endpoints[to]), header);
        let [strict, generous] = [Choice::Strict, Choice::Generous].map(|choice| {
            let conversation = question.walk(choice);
            conversation.map_or((false, false), |walked| (walked.delivered(), walked.answered()))
        });
        let sure = (family.delivered.contains(header), family.answered.contains(header));
        kept += usize::from(sure != (true, true));
        if strict != sure || (strict != generous) != family.undefined.contains(header) {
            let (from, to) = (&endpoints[from].id, &endpoints[to].id);
            return Err(format!("{from} to {to}, {header:?}: {strict:?} walked, {sure:?} at once"));
        }
    }
    Ok((times, kept))
}

/// The question about one conversation.
pub fn question<'a>(
    network: &'a Network,
    pipelines: &'a [ringfence_engine::ovn::pipeline::Pipeline],
    (from, to): (&'a Endpoint, &'a Endpoint),
    header: L4Header,
) -> Question<'a> {
    Question { network, pipelines, from, to, family: Family::Ipv4, header, shape: Shape::default(), backend: None }
}
