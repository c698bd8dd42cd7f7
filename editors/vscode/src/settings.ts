/** The settings of the editor as the server takes them. */

/** The settings that the server reads, by their names below `dmls`; written by `npm run generate`. */
import { server as SERVER, schemaRules as SCHEMA_RULES } from './generated.json';

/** Who reports what a JSON Schema can see; see `schemas.ts`. */
export type SchemaRules = 'auto' | 'on' | 'off';

/** The value of a setting that was set somewhere; undefined where the default stands. */
export type Given = (name: string) => unknown;

/**
 * The section `dmls` for the server: what the user set, nested.  Defaults are left out, so that the server knows what was said, and what
 * only concerns the editor is left out too.
 */
export function forServer(given: Given): Record<string, unknown> {
    const section: Record<string, unknown> = {};
    for (const name of SERVER) {
        const value = given(name);
        if (value === undefined || value === null || (name === 'language' && value === 'auto')) {
            continue;
        }
        const [last, ...above] = name.split('.').reverse() as [string, ...string[]];
        let table = section;
        for (const key of above.reverse()) {
            table = (table[key] ??= {}) as Record<string, unknown>;
        }
        table[last] = plain(value);
    }
    if (given('schemaRules') === 'off') {
        const off = Object.fromEntries(SCHEMA_RULES.map((rule) => [rule, 'off']));
        section.rules = { ...off, ...(section.rules as Record<string, unknown> | undefined) };
    }
    return section;
}

/** The editor hands out read-only views of objects; this is a copy. */
function plain(value: unknown): unknown {
    return typeof value === 'object' ? JSON.parse(JSON.stringify(value)) : value;
}
