// Reads server-sent events out of the answer to a POST, which EventSource cannot send.

// Name and data of each event, as they come; ends when the connection does.
export async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (text + value).split("\n\n");
    text = blocks.pop();
    for (const block of blocks) {
      const told = /^event: (.+)\ndata: (.+)$/.exec(block);
      if (told) yield [told[1], JSON.parse(told[2])];
    }
  }
}
