/** The patterns of a schema catalogue: `*` stays within a name, `**` crosses folders, a pattern without a slash is a name at any depth. */

export function matches(pattern: string, path: string): boolean {
    const anywhere = pattern.includes('/') ? pattern : `**/${pattern}`;
    const expression = anywhere
        .split(/(\*\*\/|\*\*|\*|\?|\[[^\]]+\])/)
        .map((part, i) => (i % 2 === 0 ? part.replace(/[\\^$.|+(){}[\]]/g, '\\$&') : SPECIAL[part] ?? part))
        .join('');
    return new RegExp(`^/?${expression}$`).test(path);
}

const SPECIAL: Readonly<Record<string, string>> = { '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]' };
