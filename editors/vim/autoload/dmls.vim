" What ALE and vim-lsp share: which files are DM's, and how the server is started.
scriptencoding utf-8

let s:certain = '^\%(\.dmls\.toml\|dm[-_]\%(master\|worker\).*\.toml\|dmctl.*\.toml\|dm[-_]\%(task\|source\).*\.ya\=ml\)$'

" A pattern for one of the keys at the left margin; `indent` allows blanks and the like before it.
function! s:key(indent, assign, keys) abort
    return '^' . a:indent . '["'']\=\%(' . join(a:keys, '\|') . '\)["'']\=\s*' . a:assign
endfunction

let s:yaml = [
\   s:key('{\=\s*', ':', ['task-mode', 'mysql-instances', 'target-database', 'relay-binlog-name', 'relay-binlog-gtid', 'enable-relay', 'enable-gtid']),
\   s:key('\s*', ':', ['master_servers', 'worker_servers']),
\]

" Names that suggest DM, and the keys that are enough beside them, however they are spelt.
let s:likely = [
\   ['task.*\.ya\=ml$', s:key('', '', ['task[-_]\=mode', 'mysql[-_]\=instances\=', 'target[-_]\=\%(db\|database\)', 'shard[-_]\=mode',
\       'is[-_]\=sharding', 'meta[-_]\=schema', 'block[-_]\=allow[-_]\=list'])],
\   ['\%(source.*\|^mysql-\d\+\)\.ya\=ml$', s:key('', '', ['source[-_]\=id', 'enable[-_]\=gtid', 'enable[-_]\=relay', 'relay[-_]\=dir', 'server[-_]\=id'])],
\   ['master.*\.toml$', s:key('\s*', '', ['master-addr', 'peer-urls', 'advertise-peer-urls', 'initial-cluster'])],
\   ['worker.*\.toml$', s:key('\s*', '', ['worker-addr', 'keepalive-ttl', 'join'])],
\]

" A line of a script or unit, no comment, that names a program of DM.
let s:starts = '^\%(\s*[#;]\)\@!.*\%(dm-master\|dm-worker\|dmctl\)'

function! s:has(lines, pattern) abort
    return match(a:lines, '\c' . a:pattern) >= 0
endfunction

" Whether a .dmls.toml above may say of which kind the file is.
function! s:said_in_settings(path) abort
    for l:file in findfile('.dmls.toml', escape(fnamemodify(a:path, ':h'), ' ,;') . ';', -1)
        if s:has(readfile(l:file, '', 500), '^\s*\[\=\s*kinds')
            return 1
        endif
    endfor

    return 0
endfunction

" Whether a buffer holds a file of DM.  The server is the judge and stays silent in other files; this keeps it from being started for each.
function! dmls#is_dm(buffer) abort
    let l:path = fnamemodify(bufname(a:buffer), ':p')
    let l:name = tolower(fnamemodify(l:path, ':t'))

    if l:name =~# s:certain
        return 1
    endif

    if l:name !~# '\.\%(toml\|ya\=ml\)$'
        let l:script = l:name =~# '\.\%(sh\|bash\|service\)$' || get(getbufline(a:buffer, 1), 0, '') =~# '^#!.*sh'

        return l:script && match(getbufline(a:buffer, 1, '$'), s:starts) >= 0
    endif

    let l:lines = getbufline(a:buffer, 1, 500)

    if s:has(l:lines, '^\s*#\s*dmls:\s*kind\s*=')
        return 1
    endif

    if l:name =~# '\.toml$'
        if s:has(l:lines, s:key('\s*', '=', ['master-addr']))
        \ && s:has(l:lines, s:key('\s*', '=', ['peer-urls', 'initial-cluster', 'advertise-peer-urls']))
            return 1
        endif
    elseif s:has(l:lines, s:yaml[0]) || s:has(l:lines, s:yaml[1])
    \ || (s:has(l:lines, s:key('', ':', ['source-id'])) && s:has(l:lines, s:key('', ':', ['from'])))
        return 1
    endif

    for [l:names, l:keys] in s:likely
        if l:name =~# l:names && s:has(l:lines, l:keys)
            return 1
        endif
    endfor

    return s:said_in_settings(l:path)
endfunction

" The folder of the deployment: that of the nearest .dmls.toml, else of .git, else of the file; empty where the file is not DM's.
function! dmls#root(buffer) abort
    if !dmls#is_dm(a:buffer)
        return ''
    endif

    let l:folder = fnamemodify(bufname(a:buffer), ':p:h')
    let l:above = escape(l:folder, ' ,;') . ';'
    let l:settings = findfile('.dmls.toml', l:above)

    if !empty(l:settings)
        return fnamemodify(l:settings, ':p:h')
    endif

    let l:git = finddir('.git', l:above)

    return empty(l:git) ? l:folder : fnamemodify(l:git, ':p:h:h')
endfunction

function! dmls#executable() abort
    return get(g:, 'dmls_executable', 'dmls')
endfunction

" The settings, the same as in a .dmls.toml; where they name no language, that of Vim's messages is taken.
function! dmls#settings() abort
    let l:settings = copy(get(g:, 'dmls_settings', {}))

    if !has_key(l:settings, 'language') && v:lang =~? '^zh'
        let l:settings.language = 'zh'
    endif

    return l:settings
endfunction

" Tell ALE of the server for files of a type.
function! dmls#define_for_ale(filetype) abort
    call ale#linter#Define(a:filetype, {
    \   'name': 'dmls',
    \   'lsp': 'stdio',
    \   'executable': {buffer -> dmls#executable()},
    \   'command': '%e serve --stdio',
    \   'project_root': function('dmls#root'),
    \   'initialization_options': {buffer -> dmls#settings()},
    \})
endfunction

" Tell vim-lsp of the server.
function! dmls#register_with_vim_lsp() abort
    call lsp#register_server({
    \   'name': 'dmls',
    \   'cmd': {info -> dmls#is_dm(bufnr('%')) ? [dmls#executable(), 'serve', '--stdio'] : []},
    \   'allowlist': ['bash', 'sh', 'systemd', 'toml', 'yaml'],
    \   'root_uri': {info -> lsp#utils#path_to_uri(dmls#root(bufnr('%')))},
    \   'initialization_options': dmls#settings(),
    \   'workspace_config': {'dmls': dmls#settings()},
    \})
endfunction

" A command line for the shell, in the language of the settings.
function! s:command(words) abort
    let l:language = get(dmls#settings(), 'language', '')
    let l:words = [dmls#executable()] + a:words + (empty(l:language) ? [] : ['--lang', l:language])

    return join(map(l:words, 'shellescape(v:val)'), ' ')
endfunction

" :DmlsExplain RULE
function! dmls#explain(rule) abort
    let l:page = systemlist(s:command(['explain', a:rule]))
    botright new
    setlocal buftype=nofile bufhidden=wipe noswapfile filetype=markdown
    call setline(1, l:page)
    setlocal nomodifiable
    nnoremap <buffer> <silent> q :close<CR>
endfunction

" The names of all rules, for completion.
function! dmls#rules(lead, line, position) abort
    let l:output = system(s:command(['rules', '--format', 'json']))

    if v:shell_error
        return ''
    endif

    return join(map(json_decode(l:output).rules, 'v:val.name'), "\n")
endfunction

" :DmlsCheck [PATH…]: all findings into the quickfix list.
function! dmls#check(...) abort
    let l:paths = a:0 ? copy(a:000) : [empty(dmls#root(bufnr('%'))) ? getcwd() : dmls#root(bufnr('%'))]
    let l:format = &errorformat
    let &errorformat = '%f:%l:%c: %t%*[a-z][%m,%-G%.%#'

    try
        cgetexpr systemlist(s:command(['check'] + map(l:paths, 'expand(v:val)')))
    finally
        let &errorformat = l:format
    endtry

    botright cwindow
endfunction
