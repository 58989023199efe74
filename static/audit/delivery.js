// One request of the outbox: htmx sends it and shows what the server says around the answers. What comes back is {code, text, saved,
// after, isOurs}; `code` is 0 when nothing did.
(() => {
  let flying = 0;

  // `Retry-After` is a number of seconds or a date.
  const seconds = (after) => Number(after) || Math.max(0, (Date.parse(after) - Date.now()) / 1000) || 0;

  window.deliver = async (item, values) => {
    const form = item.querySelector("form");
    const answer = { code: 0, text: "" };
    // htmx would add every field of the item, and so overwrite what a colleague wrote into the others.
    const body = new URLSearchParams(values);
    // Browsers refuse more than 64 kB that may outlive the page.
    const keepalive = body.toString().length < 8_000 && flying < 7;
    flying += 1;
    const watched = async (action, request) => {
      const response = await fetch(action, { ...request, body, keepalive });
      const { status: code, headers } = response;
      if (!response.ok) answer.text = await response.text();
      answer.saved = JSON.parse(headers.get("Walkaround-Answer"));
      answer.after = seconds(headers.get("Retry-After"));
      answer.isOurs = headers.has("Walkaround-Revision");
      answer.code = code;
      return !answer.isOurs || window.answers.isStale(Number(headers.get("Walkaround-Revision"))) ? new Response(null) : response;
    };
    try {
      await htmx.ajax("POST", form.getAttribute("action"), { source: item, swap: "none", fetch: watched });
    } catch {
      // What did not arrive is sent again.
    }
    flying -= 1;
    return answer;
  };
})();
