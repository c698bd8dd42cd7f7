--- Which buffers hold a DM file.
---
--- The server is the judge and stays silent in files that are not DM's; this is the cheap look that keeps it from being started for every
--- YAML or TOML file.  It may say yes too often, but not too rarely.

local M = {}

--- The lines that are looked at.
local HEAD = 500

--- What marks the folder of a deployment; the nearest one counts.
---@param name string
---@return boolean
local function marks(name)
  return name == '.dmls.toml' or name == '.git'
end

--- The types of files in which command lines stand.
local SCRIPTS = { sh = true, bash = true, zsh = true, systemd = true }

--- Names that only DM uses.
local CERTAIN = {
  '^%.dmls%.toml$',
  '^dm[-_]master.*%.toml$',
  '^dm[-_]worker.*%.toml$',
  '^dmctl.*%.toml$',
  '^dm[-_]task.*%.ya?ml$',
  '^dm[-_]source.*%.ya?ml$',
}

---@param words string
---@return table<string, true>
local function set(words)
  local found = {}
  for word in words:gmatch('%S+') do
    found[word] = true
  end
  return found
end

--- Keys at the left margin that only a DM file has.
local DECISIVE = set('task-mode mysql-instances target-database relay-binlog-name relay-binlog-gtid enable-relay enable-gtid')

--- Keys that a topology has at any depth.
local TOPOLOGY = set('master_servers worker_servers')

--- Names that suggest a kind, and the keys that are enough beside them, however they are spelt.
local LIKELY = {
  {
    name = 'task.*%.ya?ml$',
    keys = set('taskmode mysqlinstance mysqlinstances targetdb targetdatabase shardmode issharding metaschema blockallowlist'),
  },
  { name = 'source.*%.ya?ml$', keys = set('sourceid enablegtid enablerelay relaydir serverid') },
  { name = '^mysql%-%d+%.ya?ml$', keys = set('sourceid enablegtid enablerelay relaydir serverid') },
  { name = 'master.*%.toml$', keys = set('masteraddr peerurls advertisepeerurls initialcluster') },
  { name = 'worker.*%.toml$', keys = set('workeraddr keepalivettl join') },
}

--- The programs whose command lines the server understands.
local PROGRAMS = { 'dm-master', 'dm-worker', 'dmctl' }

--- Whether a script or unit names a program of DM outside of comments.
---@param lines string[] its whole text: the command may be the last
---@return boolean
function M.starts_dm(lines)
  for _, line in ipairs(lines) do
    for _, program in ipairs(PROGRAMS) do
      if line:find(program, 1, true) and not line:find('^%s*[#;]') then
        return true
      end
    end
  end
  return false
end

---@param keys table<string, true>
---@param wanted table<string, true>
local function any(keys, wanted)
  for key in pairs(keys) do
    if wanted[key] then
      return true
    end
  end
  return false
end

--- Whether the file may be one of DM's.
---@param path string
---@param lines string[] the first lines of its text, all of a script
---@return boolean
---@return string reason what decided: "name", "comment", "content", "script" or "nothing"
function M.is_dm(path, lines)
  local name = vim.fs.basename(path):lower()
  for _, pattern in ipairs(CERTAIN) do
    if name:find(pattern) then
      return true, 'name'
    end
  end
  local toml = name:find('%.toml$') ~= nil
  if not toml and not name:find('%.ya?ml$') then
    local script = name:find('%.sh$') or name:find('%.bash$') or name:find('%.service$') or (lines[1] or ''):find('^#!.*sh')
    return script ~= nil and M.starts_dm(lines), 'script'
  end
  local exact, loose, deep = {}, {}, {}
  for _, line in ipairs(lines) do
    if line:find('^%s*#%s*dmls:%s*kind%s*=') then
      return true, 'comment'
    end
    -- A byte order mark, a quote or a brace of the flow style may stand before a key.
    local indent, key = line:gsub('^\239\187\191', ''):match('^([%s{"\']*)([%w_-]+)')
    if key then
      deep[key] = true
      if not indent:find('%s') or toml then
        exact[key] = true
        loose[key:lower():gsub('[-_]', '')] = true
      end
    end
  end
  if toml then
    local master = loose.masteraddr and (loose.peerurls or loose.initialcluster or loose.advertisepeerurls)
    if master then
      return true, 'content'
    end
  elseif any(exact, DECISIVE) or any(deep, TOPOLOGY) or (exact['source-id'] and exact.from) then
    return true, 'content'
  elseif lines[1] and lines[1]:find('^{') then
    -- The flow style may hold several keys in a line.
    local text = table.concat(lines, '\n')
    for key in pairs(DECISIVE) do
      if text:find(key, 1, true) then
        return true, 'content'
      end
    end
  end
  for _, row in ipairs(LIKELY) do
    if name:find(row.name) and any(loose, row.keys) then
      return true, 'content'
    end
  end
  return false, 'nothing'
end

--- Whether a `.dmls.toml` above `path` may say of which kind it is.
---@param path string
---@return boolean
local function said_in_settings(path)
  local settings = vim.fs.find('.dmls.toml', { upward = true, path = vim.fs.dirname(path), limit = math.huge })
  for _, file in ipairs(settings) do
    local ok, lines = pcall(vim.fn.readfile, file, '', HEAD)
    for _, line in ipairs(ok and lines or {}) do
      if line:find('^%s*%[?%s*kinds') then
        return true
      end
    end
  end
  return false
end

--- The root of a running client that has the file in its care.
---@param path string
---@return string?
local function cared_for(path)
  for _, client in ipairs(vim.lsp.get_clients({ name = 'dmls' })) do
    local root = client.root_dir
    if root and vim.fs.relpath(root, path) then
      return root
    end
  end
end

--- Why the server attaches to a buffer, nil where it does not: "name", "comment", "content", "settings", "script" or "certificate".
---@param bufnr integer
---@return string?
function M.reason(bufnr)
  local path = vim.api.nvim_buf_get_name(bufnr)
  if path == '' or path:find('^%w%w+://') then
    return nil
  end
  if vim.bo[bufnr].filetype == 'pem' then
    return cared_for(path) and 'certificate' or nil
  end
  local lines = vim.api.nvim_buf_get_lines(bufnr, 0, SCRIPTS[vim.bo[bufnr].filetype] and -1 or HEAD, false)
  local found, reason = M.is_dm(path, lines)
  if found then
    return reason
  elseif reason == 'script' then
    return nil
  end
  return said_in_settings(path) and 'settings' or nil
end

--- The folder that the server takes for the root of the buffer's file, nil where it should not attach.
---@param bufnr integer
---@return string?
function M.root(bufnr)
  local reason = M.reason(bufnr)
  if not reason then
    return nil
  end
  local path = vim.api.nvim_buf_get_name(bufnr)
  return reason == 'certificate' and cared_for(path) or vim.fs.root(bufnr, marks) or vim.fs.dirname(path)
end

return M
