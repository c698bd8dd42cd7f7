/** Versions of the server: what `dmls --version` prints, and which of them this extension works with. */

/** The oldest server this extension works with. */
export const MINIMUM = '0.1.0';
/** The oldest Python the server runs on. */
export const PYTHON_MINIMUM = '3.10';

/** The version in the output of `dmls --version` or of Python's `--version`; undefined where there is none. */
export function versionIn(output: string): string | undefined {
    return /^(?:dmls|Python)\s+v?(\d+(?:\.\d+)*(?:[-.+]?[0-9A-Za-z]+)*)\s*$/m.exec(output)?.[1];
}

/** Negative where `a` is older than `b`, 0 where they are equal; a pre-release (`0.2.0rc1`, `0.2.0.dev3`) is older than its release. */
export function compare(a: string, b: string): number {
    const [left, right] = [parts(a), parts(b)];
    for (let i = 0; i < Math.max(left.numbers.length, right.numbers.length); i++) {
        const difference = (left.numbers[i] ?? 0) - (right.numbers[i] ?? 0);
        if (difference !== 0) {
            return difference;
        }
    }
    return Number(right.early) - Number(left.early);
}

/** Whether a server of this version can be used. */
export function supported(version: string): boolean {
    return compare(version, MINIMUM) >= 0;
}

function parts(version: string): { numbers: number[]; early: boolean } {
    const release = /^\d+(?:\.\d+)*/.exec(version)?.[0] ?? '';
    const rest = version.slice(release.length);
    return { numbers: release.split('.').map(Number), early: /^[-.]?(?:a|b|c|rc|alpha|beta|pre|dev)/i.test(rest) };
}
