/** Texts that are shown but belong to no file: what a rule means, the report of the doctor. */

import * as vscode from 'vscode';

const SCHEME = 'dmls';
const RULE = /^\/([^/]+)\.md$/;

/** The address of the page of a rule.  package.json has the editor show such pages as Markdown is meant to be read. */
export function rulePage(rule: string): vscode.Uri {
    return vscode.Uri.from({ scheme: SCHEME, path: `/${rule}.md` });
}

export class Pages implements vscode.TextDocumentContentProvider, vscode.Disposable {
    private readonly texts = new Map<string, string>();
    private readonly changed = new vscode.EventEmitter<vscode.Uri>();
    private readonly registration: vscode.Disposable;
    readonly onDidChange = this.changed.event;

    /** `explain` asks for what a rule means, in Markdown. */
    constructor(private readonly explain: (rule: string) => Promise<string | undefined>) {
        this.registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
    }

    async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
        const rule = RULE.exec(uri.path)?.[1];
        return (rule === undefined ? this.texts.get(uri.path) : await this.explain(rule)) ?? '';
    }

    /** Show what a rule means. */
    async showRule(rule: string): Promise<void> {
        const uri = rulePage(rule);
        // A page that was shown before may have been in another language.
        this.changed.fire(uri);
        await vscode.commands.executeCommand('vscode.open', uri);
    }

    /** Show Markdown as it is meant to be read. */
    async showPage(name: string, markdown: string): Promise<void> {
        const uri = vscode.Uri.from({ scheme: SCHEME, path: `/pages/${name.replace(/\W+/g, '-')}.md` });
        this.texts.set(uri.path, markdown);
        this.changed.fire(uri);
        await vscode.commands.executeCommand('vscode.open', uri);
    }

    /** Show text as it is. */
    async showText(name: string, text: string): Promise<void> {
        const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${name}` });
        this.texts.set(uri.path, text);
        this.changed.fire(uri);
        await vscode.window.showTextDocument(uri, { preview: true });
    }

    dispose(): void {
        this.registration.dispose();
        this.changed.dispose();
        this.texts.clear();
    }
}
