export interface SourceFile { name: string; text: string }
export type Files = string | SourceFile[];
export interface Options { profile?: string; lenient?: boolean; namespace?: string }
export interface ExplainOptions extends Options { on?: string }

export type Verdict = "open" | "partial" | "one-way" | "closed" | "undefined";
export type Ranges = [number, number][];
export type L4 =
  | { protocol: "tcp" | "udp" | "sctp"; sport: Ranges; dport: Ranges; family?: "ipv4" | "ipv6" }
  | { protocol: "icmp" | "icmp6"; types: Ranges; codes: Ranges; family?: "ipv4" | "ipv6" }
  | { protocol: "ip"; numbers: Ranges; family?: "ipv4" | "ipv6" };
export interface Endpoint { id: string; kind: string; switch: string; addresses: string[] }
export interface Pair { from: string; to: string; verdict: Verdict; delivered: L4[]; answered: L4[]; undefined: L4[] }
export interface Edit { file: string; line: number; column: number; end_line: number; end_column: number; replacement: string }
export interface Diagnostic {
  code: string; severity: "error" | "warning" | "info"; message: string;
  file: string | null; line: number | null; column: number | null; help?: string; fix?: Edit;
}
export interface Reach { ringfence: string; profile: string; endpoints: Endpoint[]; pairs: Pair[]; diagnostics: Diagnostic[] }
export interface Row { direction: "from-lport" | "to-lport"; priority: number; tier: number; match: string; action: string }
export interface Origin { file: string | null; line: number | null; object: string; field: string }
export interface Decider { kind: "row" | "default" | "established" | "builtin" | "ambiguous"; row: Row | null; source: Origin | null }
export interface Step {
  half: "request" | "reply"; switch: string; stage: "from-lport" | "from-lport-after-lb" | "to-lport"; tier: number;
  decider: Decider; result: "allow" | "drop" | "reject" | "pass";
}
export interface Explanation {
  verdict: Verdict; delivered: boolean; answered: boolean; steps: Step[]; because: string;
  from: string; to: string; notes: string[]; traces: { half: string; switch: string; command: string }[];
}
export interface Change { from: string; to: string; old: Verdict; new: Verdict; gained: L4[]; lost: L4[]; arriving: L4[]; stopped: L4[] }
export interface Side { profile: string; endpoints: string[]; diagnostics: Diagnostic[] }
export interface Diff { ringfence: string; old: Side; new: Side; pairs: Change[]; unchanged: number }
export interface Expectation { name: string; holds: boolean; claim: string; file: string | null; line: number | null; wrong: number; counterexample: object | null }
export interface Check { diagnostics: Diagnostic[]; expectations: Expectation[] }

export function analyze(files: Files, options?: Options): Reach;
export function explain(files: Files, from: string, to: string, options?: ExplainOptions): Explanation;
export function diff(old: Files, now: Files, options?: Options, other?: Options): Diff;
export function check(files: Files, options?: Options): Check;
export function compile(files: Files, options?: Options): object;
export function svg(files: Files, options?: Options): string;
export function version(): string;
