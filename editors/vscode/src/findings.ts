/** The findings as they are shown: their rules lead to an explanation, and what another extension has marked already is left out. */

import * as vscode from 'vscode';
import type { DiagnosticCollectionProvider } from 'vscode-languageclient/node';
import { repeated } from './double';
import { rulePage } from './pages';

/** The lines of a document that other validators have marked. */
export type Marked = (uri: vscode.Uri) => ReadonlySet<number>;

export function collections(marked: Marked): DiagnosticCollectionProvider {
    return {
        create: (name) => new Findings(vscode.languages.createDiagnosticCollection(name), marked),
        dispose: (collection) => collection.dispose(),
    };
}

type Diagnostics = readonly vscode.Diagnostic[];

class Findings implements vscode.DiagnosticCollection {
    /** All findings and those that are shown, by URI. */
    private readonly known = new Map<string, { readonly uri: vscode.Uri; readonly all: Diagnostics; shown: Diagnostics }>();
    private readonly watches: vscode.Disposable;

    constructor(
        private readonly inner: vscode.DiagnosticCollection,
        private readonly marked: Marked,
    ) {
        this.watches = vscode.Disposable.from(
            vscode.languages.onDidChangeDiagnostics(({ uris }) => uris.forEach((uri) => this.update(uri))),
            vscode.workspace.onDidChangeConfiguration((event) => {
                if (event.affectsConfiguration('dmls.schemaRules')) {
                    [...this.known.values()].forEach(({ uri }) => this.update(uri));
                }
            }),
        );
    }

    get name(): string {
        return this.inner.name;
    }

    set(uri: vscode.Uri, diagnostics: Diagnostics | undefined): void;
    set(entries: readonly [vscode.Uri, Diagnostics | undefined][]): void;
    set(what: vscode.Uri | readonly [vscode.Uri, Diagnostics | undefined][], diagnostics?: Diagnostics): void {
        for (const [uri, all] of what instanceof vscode.Uri ? [[what, diagnostics] as const] : what) {
            if (all === undefined) {
                this.delete(uri);
                continue;
            }
            all.forEach(link);
            const shown = this.filter(uri, all);
            this.known.set(uri.toString(), { uri, all, shown });
            this.inner.set(uri, shown);
        }
    }

    /** Others have marked something in a document, or no longer do. */
    private update(uri: vscode.Uri): void {
        const entry = this.known.get(uri.toString());
        if (entry === undefined) {
            return;
        }
        const shown = this.filter(entry.uri, entry.all);
        if (shown.length !== entry.shown.length || shown.some((one, i) => one !== entry.shown[i])) {
            entry.shown = shown;
            this.inner.set(entry.uri, shown);
        }
    }

    private filter(uri: vscode.Uri, all: Diagnostics): Diagnostics {
        const marked = all.length > 0 ? this.marked(uri) : undefined;
        return marked === undefined || marked.size === 0 ? all : all.filter((one) => !repeated({ rule: ruleOf(one), line: one.range.start.line }, marked));
    }

    delete(uri: vscode.Uri): void {
        this.known.delete(uri.toString());
        this.inner.delete(uri);
    }

    clear(): void {
        this.known.clear();
        this.inner.clear();
    }

    forEach(callback: (uri: vscode.Uri, diagnostics: Diagnostics, collection: vscode.DiagnosticCollection) => unknown, thisArg?: unknown): void {
        this.inner.forEach(callback, thisArg);
    }

    get(uri: vscode.Uri): Diagnostics | undefined {
        return this.inner.get(uri);
    }

    has(uri: vscode.Uri): boolean {
        return this.inner.has(uri);
    }

    [Symbol.iterator](): Iterator<[vscode.Uri, Diagnostics]> {
        return this.inner[Symbol.iterator]();
    }

    dispose(): void {
        this.watches.dispose();
        this.known.clear();
        this.inner.dispose();
    }
}

/** The name of the rule that found something. */
export function ruleOf({ code }: vscode.Diagnostic): string {
    return String(typeof code === 'object' ? code.value : code);
}

/** Let the name of the rule, where a finding is shown, open what the rule means. */
function link(diagnostic: vscode.Diagnostic): void {
    const { code } = diagnostic;
    if (typeof code === 'string') {
        diagnostic.code = { value: code, target: rulePage(code) };
    }
}
