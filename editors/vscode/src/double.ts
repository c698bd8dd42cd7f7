/** Which findings another validator reports too. */

import { seenByOthers } from './generated.json';

const SEEN: ReadonlySet<string> = new Set(seenByOthers);

/** What the YAML and TOML extensions sign their findings with; the YAML extension adds the title of the schema. */
const SOURCES = /^(?:YAML|yaml-schema(?::.*)?|Even Better TOML|Tombi)$/i;

/** Whether a source is a validator that knows syntax or schemas. */
export function validates(source: string | undefined): boolean {
    return source !== undefined && SOURCES.test(source);
}

export interface Place {
    readonly rule: string;
    readonly line: number;
}

/** Whether somebody else has marked the line of a finding, and marks there what the rule is about. */
export function repeated({ rule, line }: Place, marked: ReadonlySet<number>): boolean {
    return marked.has(line) && SEEN.has(rule);
}
