/**
 * Writes what package.json, the package.nls files and src/generated.json say of the settings, from the schema of the server's settings, so that
 * both always know the same ones; and what these files and the readmes say of the commands, from src/commands.json.  `--check` writes nothing and
 * fails where something is stale.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const HERE = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** Settings of the extension itself, each with its category and its texts. */
const OWN = {
    schemaRules: {
        category: '',
        after: 'language',
        schema: { type: 'string', default: 'auto', enum: ['auto', 'on', 'off'] },
        en: 'Who reports what other validators see too: syntax errors, unknown keys, wrong types and the like.',
        zh: '由谁报告其他检查工具也能发现的问题：语法错误、未知的键、错误的类型等。',
        enumEn: [
            'dmls does, but not in a line where an extension for YAML or TOML reports something already. Only while the server of dmls is not running, the YAML extension gets the schemas of DM.',
            'dmls does, always; no other extension gets the schemas.',
            'The YAML extension does, with the schemas of DM; dmls leaves out its rules of the family `schema`. For TOML files the schemas have to be set up by hand.',
        ],
        enumZh: [
            '由 dmls 报告，但 YAML 或 TOML 扩展已报告问题的行除外。仅当 dmls 服务器未运行时，才把 DM 的 Schema 提供给 YAML 扩展。',
            '始终由 dmls 报告，不向其他扩展提供 Schema。',
            '由 YAML 扩展用 DM 的 Schema 报告，dmls 不使用 `schema` 类规则。TOML 文件的 Schema 需要自行配置。',
        ],
    },
    path: {
        category: 'server',
        schema: { type: 'string', default: '', scope: 'machine-overridable' },
        en: 'The `dmls` program to run. Empty: the one on `PATH`, then the one in the selected Python, then the one that this extension has installed. `~`, `${userHome}`, `${workspaceFolder}` and `${env:NAME}` are replaced.',
        zh: '要运行的 `dmls` 程序。留空时依次使用 `PATH` 中的 `dmls`、当前选定的 Python 环境中的 dmls、本扩展安装的 dmls。支持 `~`、`${userHome}`、`${workspaceFolder}` 和 `${env:NAME}`。',
    },
    interpreter: {
        category: 'server',
        schema: { type: 'string', default: '', scope: 'machine-overridable' },
        en: 'A Python that has dmls; it is run as `python -m dmls`. Used only where `#dmls.path#` is empty.',
        zh: '装有 dmls 的 Python，以 `python -m dmls` 的方式运行。仅在 `#dmls.path#` 为空时使用。',
    },
    'install.from': {
        category: 'server',
        schema: { type: 'string', default: '', scope: 'machine' },
        en: 'What *dmls: Install or Update Server* installs from. Empty: the server that ships with this extension, its libraries from the package index that pip is set up for. A folder: only the wheels in it, nothing from the network. Anything else is given to pip as it is.',
        zh: '“dmls: 安装或更新服务器”的安装来源。留空：安装随本扩展提供的服务器，其依赖库取自 pip 所配置的软件源。目录：只使用其中的 wheel 文件，不访问网络。其他内容原样传给 pip。',
    },
};

/** What is said otherwise in an editor than in a `.dmls.toml`. */
const TEXTS = {
    language: {
        en: 'The language of messages.',
        zh: '消息所用的语言。',
    },
    perFile: {
        en: 'Severities for some files only: globs, each with rules and their severities. The last glob that matches wins, and over `#dmls.rules#`.',
        zh: '只对部分文件生效的严重级别：每个通配符对应一组规则及其级别。最后匹配的通配符优先，并优先于 `#dmls.rules#`。',
    },
    'tls.pathMap': {
        en: 'Where files of the DM hosts lie on this machine: path prefix there → folder here. The longest prefix wins.',
        zh: 'DM 主机上的文件在本机的位置：主机路径前缀 → 本机目录。最长的前缀优先。',
    },
    'tls.pathMap.value': { en: 'A folder on this machine.', zh: '本机目录。' },
    'cluster.item.files.item': { en: 'A glob, relative to the workspace folder.', zh: '相对于工作区目录的通配符。' },
};

/** A choice that only an editor has: to leave it to the editor. */
const AUTO = { en: 'the language of the editor', zh: '与编辑器相同' };

const TITLES = {
    '': { en: 'Checks', zh: '检查' },
    tls: { en: 'Certificates', zh: '证书' },
    editor: { en: 'Editor', zh: '编辑器' },
    server: { en: 'Server', zh: '服务器' },
};

export function camel(name) {
    return name.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase());
}

/** The contributed settings and their texts, from the schema of the server's settings. */
export function contributed(schema) {
    const en = {};
    const zh = {};
    const server = [];
    const groups = new Map([['', {}], ['tls', {}], ['editor', {}]]);

    function text(key, english, chinese) {
        en[key] = english;
        zh[key] = chinese;
        return `%${key}%`;
    }

    function described(name, node) {
        const own = TEXTS[name];
        const english = own?.en ?? (node.markdownDescription ?? node.description).replace(/\n\nDefault: `[^`]*`$/, '');
        return text(`settings.${name}`, english, own?.zh ?? node['x-dmls-doc-zh']);
    }

    function translate(name, raw, top) {
        const node = raw.$ref ? schema.definitions[raw.$ref.split('/').pop()] : raw;
        const made = {};
        if (node.oneOf) {
            const [single, list] = node.oneOf;
            const one = translate(`${name}.item`, single, false);
            const { markdownDescription: _, pattern, ...rest } = one;
            Object.assign(made, rest, { type: [one.type, 'array'], items: one, minItems: list.minItems }, pattern ? { pattern } : {});
        } else {
            made.type = node.type;
            for (const key of ['pattern', 'minimum', 'maximum', 'minItems', 'required']) {
                if (node[key] !== undefined) {
                    made[key] = node[key];
                }
            }
        }
        made.markdownDescription = described(name, node);
        if (node.enum) {
            const choices = [...node.enum];
            const english = [...node.enumDescriptions];
            const chinese = [...node['x-dmls-enum-doc-zh']];
            if (top && node.default === undefined) {
                choices.unshift('auto');
                english.unshift(AUTO.en);
                chinese.unshift(AUTO.zh);
                made.default = 'auto';
            }
            made.enum = choices;
            made.markdownEnumDescriptions = choices.map((choice, i) => text(`settings.${name}.${choice}`, english[i], chinese[i]));
        }
        if (node.default !== undefined) {
            made.default = node.default;
        }
        if (node.items) {
            made.items = translate(`${name}.item`, node.items, false);
        }
        if (typeof node.additionalProperties === 'object') {
            made.additionalProperties = translate(`${name}.value`, node.additionalProperties, false);
        } else if (node.additionalProperties === false) {
            made.additionalProperties = false;
        }
        if (node.properties) {
            made.properties = Object.fromEntries(Object.entries(node.properties).map(([key, value]) => [key, translate(`${name}.${key}`, value, false)]));
        }
        if (top) {
            made.default ??= { object: {}, array: [], string: '' }[node.type];
            made.scope = 'window';
        }
        return made;
    }

    for (const [key, node] of Object.entries(schema.properties)) {
        const name = camel(key);
        if (OWN[name]) {
            throw new Error(`The server has a setting ${key} too: take ${name} out of OWN`);
        }
        if (node.type === 'object' && node.properties) {
            const group = groups.get(name) ?? groups.set(name, {}).get(name);
            for (const [inner, value] of Object.entries(node.properties)) {
                const full = `${name}.${camel(inner)}`;
                group[`dmls.${full}`] = translate(full, value, true);
                server.push(full);
            }
        } else {
            groups.get('')[`dmls.${name}`] = translate(name, node, true);
            server.push(name);
        }
    }
    for (const [name, own] of Object.entries(OWN)) {
        const made = { ...own.schema, markdownDescription: text(`settings.${name}`, own.en, own.zh), scope: own.schema.scope ?? 'window' };
        if (own.enumEn) {
            made.markdownEnumDescriptions = own.schema.enum.map((choice, i) => text(`settings.${name}.${choice}`, own.enumEn[i], own.enumZh[i]));
        }
        const group = groups.get(own.category) ?? groups.set(own.category, {}).get(own.category);
        if (own.after) {
            const entries = Object.entries(group);
            const at = entries.findIndex(([key]) => key === `dmls.${own.after}`) + 1;
            groups.set(own.category, Object.fromEntries([...entries.slice(0, at), [`dmls.${name}`, made], ...entries.slice(at)]));
        } else {
            group[`dmls.${name}`] = made;
        }
    }
    const configuration = [...groups].map(([name, properties]) => {
        let order = 0;
        const title = TITLES[name] ?? { en: name, zh: name };
        return {
            title: text(`settings.title.${name || 'checks'}`, title.en, title.zh),
            properties: Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, { order: ++order, ...value }])),
        };
    });
    return { configuration, en, zh, server };
}

/**
 * The contributed commands, where the palette offers them, and their texts, from the table of commands: by name the `title` and what the command
 * `does` in both languages, the `icon`, and `when` it is offered (always, where nothing is said).
 */
export function contributedCommands(table) {
    const rows = Object.entries(table);
    const key = (name) => `command.${name}`;
    const commands = rows.map(([name, { icon }]) => ({ command: `dmls.${name}`, category: 'dmls', title: `%${key(name)}%`, ...(icon ? { icon } : {}) }));
    const commandPalette = rows.filter(([, row]) => row.when).map(([name, { when }]) => ({ command: `dmls.${name}`, when }));
    const texts = (language) => Object.fromEntries(rows.map(([name, row]) => [key(name), row[language].title]));
    return { commands, commandPalette, en: texts('en'), zh: texts('zh') };
}

/** A readme with the rows of its table of commands as the table of commands has them. */
function readme(text, table, language) {
    const rows = Object.values(table).map((row) => `| dmls: ${row[language].title} | ${row[language].does} |\n`);
    const found = /^(?:\| dmls: .*\n)+/m;
    if (!found.test(text)) {
        throw new Error(`the readme (${language}) has no table of commands`);
    }
    return text.replace(found, () => rows.join(''));
}

/** The kinds of YAML files and the names they usually have. */
export function yamlKinds(catalog) {
    return catalog.schemas
        .filter(({ fileMatch }) => fileMatch.every((pattern) => /\.ya?ml$/.test(pattern)))
        .map(({ url, fileMatch }) => ({ kind: url.replace('.schema.json', ''), fileMatch }));
}

/**
 * From the table of rules: the family `schema`, and all rules that are about what a parser or a JSON Schema may see: these, broken syntax, and
 * everything about a key that DM does not know.
 */
export function rulesFrom(table) {
    const rows = [...table.matchAll(/^ +Row\('([a-z0-9-]+)', '([a-z]+)', \d, '[a-z-]+', \([^)]*\), \(([^)]*)\)/gm)].map(([, name, family, select]) => ({ name, family, select }));
    const names = (wanted) => rows.filter(wanted).map(({ name }) => name).sort();
    const found = {
        schemaRules: names(({ family }) => family === 'schema'),
        seenByOthers: names(({ name, family, select }) => family === 'schema' || name === 'syntax-error' || select.includes("'unknown-key'")),
    };
    if (found.schemaRules.length === 0 || found.seenByOthers.length <= found.schemaRules.length) {
        throw new Error('the table of rules is not what it was');
    }
    return found;
}

function json(value) {
    return JSON.stringify(value, undefined, 2) + '\n';
}

/** Every generated file with what belongs into it; `here` is the folder of the extension. */
export function generated(here) {
    const root = path.resolve(here, '..', '..');
    const read = (...parts) => JSON.parse(readFileSync(path.join(...parts), 'utf8'));
    const { configuration, en, zh, server } = contributed(read(root, 'schemas', 'dmls.schema.json'));
    const kinds = yamlKinds(read(root, 'schemas', 'catalog.json'));
    const manifest = read(here, 'package.json');
    const table = read(here, 'src', 'commands.json');
    const offered = contributedCommands(table);
    manifest.contributes.commands = offered.commands;
    manifest.contributes.menus.commandPalette = offered.commandPalette;
    manifest.contributes.configuration = configuration;
    manifest.contributes.yamlValidation = kinds.map(({ fileMatch }) => ({ fileMatch, url: './syntaxes/checked-by-dmls.schema.json' }));
    const rules = rulesFrom(readFileSync(path.join(root, 'server', 'dmls', 'rules', 'registry.py'), 'utf8'));
    const files = { 'package.json': json(manifest), 'src/generated.json': json({ server, ...rules, yamlKinds: kinds }) };
    for (const [name, texts, titles] of [['package.nls.json', en, offered.en], ['package.nls.zh-cn.json', zh, offered.zh]]) {
        const written = Object.entries(read(here, name)).filter(([key]) => !key.startsWith('settings.') && !key.startsWith('command.'));
        files[name] = json({ ...Object.fromEntries(written), ...titles, ...texts });
    }
    for (const [name, language] of [['README.md', 'en'], ['README.zh-CN.md', 'zh']]) {
        files[name] = readme(readFileSync(path.join(here, name), 'utf8'), table, language);
    }
    return files;
}

/** The generated files that are not as they should be. */
export function stale() {
    return Object.entries(generated(HERE)).filter(([name, content]) => {
        try {
            return readFileSync(path.join(HERE, name), 'utf8') !== content;
        } catch {
            return true;
        }
    });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
    const found = stale();
    if (process.argv.includes('--check')) {
        for (const [name] of found) {
            console.error(`${name} is stale: run \`npm run generate\``);
        }
        process.exitCode = found.length ? 1 : 0;
    } else {
        for (const [name, content] of found) {
            writeFileSync(path.join(HERE, name), content);
            console.log(`wrote ${name}`);
        }
    }
}
