-- Sends the requests of a file one after the other, each line "PATH<tab>ETAG". A post states a verdict that is another one each time
-- that its line comes up again, so that every post writes. Every 20th request ends its connection, as visitors come and go: connections
-- that stay are all with the process that took them, which leaves the other one without work.
local file, offset, accept, size = os.getenv("REQUESTS"), tonumber(os.getenv("OFFSET")), os.getenv("ACCEPT"), os.getenv("SIZE")
local method, lines, n = os.getenv("METHOD"), {}, 0
local verdicts = { "pass", "fail" }

for line in io.lines(file) do
  local path, etag = line:match("^(%S+)\t?(%S*)$")
  lines[#lines + 1] = { path = path, etag = etag }
end

request = function()
  local line = lines[(offset + n) % #lines + 1]
  local headers = { ["Accept-Encoding"] = accept }
  if n % 20 == 19 then headers["Connection"] = "close" end
  if line.etag ~= "" then headers["If-None-Match"] = line.etag end
  local body
  if method == "POST" then
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    headers["HX-Request"] = "true"
    local verdict = verdicts[math.floor((offset + n) / #lines) % 2 + 1]
    body = "verdict=" .. verdict .. "&change=" .. os.getenv("NAME") .. "-" .. (offset + n) .. "&size=" .. size
  end
  n = n + 1
  return wrk.format(method, line.path, headers, body)
end
