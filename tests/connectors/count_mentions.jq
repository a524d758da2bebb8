# How many mentions a recorded body of the Mastodon API holds, and how many of its items are listed
# under which reason: counted from the network's documentation alone, without our parser.
#   jq -c -f count_mentions.jq BODY   →   {"kind":"notifications","mentions":5,"reasons":{"no_status":39}}
# kind is "none" for what holds no posts.

def status: type == "object" and has("uri") and has("account") and has("visibility")
    and (has("content") or has("text"));
def notification: type == "object" and has("type") and has("created_at")
    and (has("visibility") | not) and (has("account") or has("status") or has("group_key"));

# One word for each item: "mention", or why it is none.
def verdict:
    if status then (if .reblog != null then "reblog" else "mention" end)
    elif notification then
        (if .type != "mention" then "other_notification"
         elif .status == null then "no_status"
         else (.status | verdict) end)
    else "not_a_post" end;

def told(kind; words):
    [words] as $all
    | {kind: kind, mentions: ([$all[] | select(. == "mention")] | length),
       reasons: ($all | map(select(. != "mention")) | group_by(.) | map({(.[0]): length}) | add // {})};

if type == "array" then
    if length == 0 then told("empty"; empty)
    elif any(.[]; status or notification) then told("list"; .[] | verdict)
    else told("none"; empty) end
elif status then told("status"; verdict)
elif notification then told("notification"; verdict)
elif type == "object" and has("notification_groups") then
    (.statuses | map({(.id): .}) | add // {}) as $posts
    | told("groups"; .notification_groups[]
        | if .type != "mention" then "other_notification"
          elif .status_id == null or ($posts[.status_id] == null) then "no_status"
          else ($posts[.status_id] | verdict) end)
elif type == "object" and has("ancestors") and has("descendants") then
    told("context"; (.ancestors + .descendants)[] | verdict)
elif type == "object" and has("statuses") and has("accounts") then
    told("search"; .statuses[] | verdict)
else told("none"; empty) end
