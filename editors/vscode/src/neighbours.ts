/**
 * Life beside the extensions for YAML and TOML, without anything shown twice.
 *
 * The server knows all that the JSON Schemas know and more, so another validator that has them would only repeat it.  They are therefore not
 * contributed: the YAML extension asks, document by document, and gets them where dmls itself does not report (its server is not running, or
 * `dmls.schemaRules` is `off`).  What is contributed as `yamlValidation` is a schema that allows everything; it keeps away schemas of catalogues
 * that are meant for other files of the same name.  The TOML extensions have no such question, and take only fixed addresses: they get nothing.
 *
 * What they see all the same (syntax errors, and whatever schema the user has given them) is left to them, line by line; see `double.ts`.
 */

import * as vscode from 'vscode';
import { validates } from './double';
import { yamlKinds } from './generated.json';
import { matches } from './glob';
import type { SchemaRules } from './settings';

const YAML = 'redhat.vscode-yaml';
const TOML = ['tamasfe.even-better-toml', 'tombi-toml.tombi'];
/** The scheme under which the YAML extension knows our schemas; also their authority, as its API demands. */
const SCHEME = 'dmls';

/** What is used of the API of `redhat.vscode-yaml`. */
interface YamlApi {
    registerContributor(
        scheme: string,
        requestSchema: (resource: string) => string | undefined,
        requestContent: (uri: string) => Promise<string> | string,
    ): boolean;
}

export class Neighbours {
    private running = false;
    private given = new Set<string>();

    constructor(
        private readonly log: vscode.LogOutputChannel,
        private readonly schemas: vscode.Uri,
        private readonly rules: () => SchemaRules,
        private readonly language: () => string,
    ) {}

    /** Whether another extension shows the outline of this document: two would stand side by side. */
    outline(document: vscode.TextDocument): boolean {
        if (document.languageId === 'yaml') {
            return active(YAML);
        }
        return document.languageId === 'toml' && TOML.some(active);
    }

    /** The lines of a document that another validator has marked, as far as dmls keeps silent about those. */
    marked(uri: vscode.Uri): ReadonlySet<number> {
        const lines = new Set<number>();
        if (this.rules() !== 'on') {
            for (const { source, range } of vscode.languages.getDiagnostics(uri)) {
                if (validates(source)) {
                    lines.add(range.start.line);
                }
            }
        }
        return lines;
    }

    /** Tell whether the server reports now. */
    serverRuns(running: boolean): void {
        this.running = running;
    }

    /** Offer the schemas to the YAML extension, where there is one. */
    async offer(): Promise<void> {
        const extension = vscode.extensions.getExtension<YamlApi | undefined>(YAML);
        if (extension === undefined || this.given.has(YAML)) {
            return;
        }
        this.given.add(YAML);
        try {
            const api = await extension.activate();
            api?.registerContributor(SCHEME, (resource) => this.schemaFor(resource), (uri) => this.content(uri));
        } catch (error) {
            this.log.warn(`The YAML extension does not take schemas: ${String(error)}`);
        }
    }

    /** The address of the schema for a document, where the YAML extension is to check it. */
    schemaFor(resource: string): string | undefined {
        const rules = this.rules();
        if (rules === 'on' || (rules === 'auto' && this.running)) {
            return undefined;
        }
        const { path } = vscode.Uri.parse(resource);
        const kind = yamlKinds.find(({ fileMatch }) => fileMatch.some((pattern) => matches(pattern, path)))?.kind;
        return kind === undefined ? undefined : `${SCHEME}://${SCHEME}/${kind}`;
    }

    private async content(uri: string): Promise<string> {
        const kind = vscode.Uri.parse(uri).path.slice(1);
        const known = yamlKinds.some((entry) => entry.kind === kind);
        if (!known) {
            return '{}';
        }
        const file = vscode.Uri.joinPath(this.schemas, `${kind}.${this.language()}.json`);
        return new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
    }
}

function active(extension: string): boolean {
    return vscode.extensions.getExtension(extension)?.isActive === true;
}
