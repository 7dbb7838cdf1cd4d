-- Runs a batch of requests in one pandoc process. Each document is read on its own, so that an
-- unclosed block in one section cannot swallow the next. Standard input and output are a line of JSON and,
-- behind it, the texts one after the other: JSON inside JSON would be read and written twice.
--   {action = "read",     format = ..., bytes = ...}  text              -> AST as JSON text
--   {action = "write",    format = ..., bytes = ...}  AST as JSON text  -> text
--   {action = "citeproc", bytes = ...}                AST as JSON text  -> AST as JSON text
--   {action = "version",  bytes = 0}                                    -> "3.9"
-- The line of each reply is {bytes = of its text, log = ...}, or {error = ..., log = ...} without a text. The log has
-- pandoc's own messages, with positions where pandoc has them.

local function messages(log)
  local list = pandoc.List()
  for _, message in ipairs(log) do
    list:insert(pandoc.json.decode(pandoc.json.encode(message), false))
  end
  return list
end

local function run(request, text)
  if request.action == "version" then
    return tostring(PANDOC_VERSION)
  end
  if request.action == "read" then
    return pandoc.write(pandoc.read(text, request.format), "json")
  end
  local document = pandoc.read(text, "json")
  if request.action == "citeproc" then
    local cited = pandoc.utils.citeproc(document)
    cited.meta = {} -- the works, which are larger than their words
    return pandoc.write(cited, "json")
  end
  return pandoc.write(document, request.format, { html_math_method = "mathml", wrap_text = "none" })
end

local head, texts = io.read("l"), io.read("a")
local replies, results, at = pandoc.List(), {}, 1
for _, request in ipairs(pandoc.json.decode(head, false)) do
  local text = texts:sub(at, at + request.bytes - 1)
  at = at + request.bytes
  local log, ok, result = pandoc.log.silence(pcall, run, request, text)
  if ok then
    replies:insert({ bytes = #result, log = messages(log) })
    results[#results + 1] = result
  else
    replies:insert({ error = tostring(result), log = messages(log) })
  end
end
io.write(pandoc.json.encode(replies), "\n", table.concat(results))
