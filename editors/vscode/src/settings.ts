/** The settings of the editor as the server takes them. */

/** The settings that the server reads, by their names below `dmls`; written by `npm run generate`. */
import { server as SERVER, schemaRules as SCHEMA_RULES } from './generated.json';

/** Who reports what a JSON Schema can see; see `schemas.ts`. */
export type SchemaRules = 'auto' | 'on' | 'off';

/**
 * The section `dmls` for the server, nested.  It is always complete: the server keeps what it was told at the start of all keys that a later answer
 * lacks, so what is not set any more has to be said too.  What only concerns the editor is left out.
 *
 * `value` gives the value of a setting in force, `language` the language of the editor.
 */
export function forServer(value: (name: string) => unknown, language: string): Record<string, unknown> {
    const section: Record<string, unknown> = {};
    for (const name of SERVER) {
        const set = name === 'language' && value(name) === 'auto' ? language : value(name);
        if (set === undefined || set === null) {
            continue;
        }
        const keys = name.split('.');
        const last = keys.pop()!;
        let table = section;
        for (const key of keys) {
            table = (table[key] ??= {}) as Record<string, unknown>;
        }
        table[last] = plain(set);
    }
    if (value('schemaRules') === 'off') {
        const off = Object.fromEntries(SCHEMA_RULES.map((rule) => [rule, 'off']));
        section.rules = { ...off, ...(section.rules as Record<string, unknown> | undefined) };
    }
    return section;
}

/** The editor hands out read-only views of objects; this is a copy. */
function plain(value: unknown): unknown {
    return typeof value === 'object' ? JSON.parse(JSON.stringify(value)) : value;
}
