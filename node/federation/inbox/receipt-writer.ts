// The receipt's canonical bytes, written straight: members in canonical order, every string of a kind that needs no
// escape. Same bytes as the protocol's signReceipt (a test holds the two together) at a fifth of its cost, because
// one receipt is signed for every request. See docs/protocol.md "Receipts".
import {
  signAsideFor,
  toBase64Url,
  utf8,
  type ReceiptFields,
  type ReceiptHead,
  type ReceiptLine,
  type SigningKey,
} from '#protocol';

/** The signed bytes of a receipt whose fields this node made itself. */
export async function writeReceipt(fields: ReceiptFields, key: SigningKey): Promise<Uint8Array> {
  const { from, heads, issued_at, lines, now, retry_after_s } = fields;
  const retry = retry_after_s === undefined ? '' : `,"retry_after_s":${retry_after_s}`;
  const before = `{"from":"${from}","heads":[${heads.map(writeHead).join(',')}],"issued_at":"${issued_at}","lines":[${lines.map(writeLine).join(',')}],"now":${now}${retry}`;
  const after = `,"version":"1.0"}`;
  const signature = toBase64Url(await signAsideFor('receipt', key, utf8(before + after)));
  return utf8(`${before},"signature":"${signature}"${after}`);
}

function writeHead({ from, generation, head, seq }: ReceiptHead): string {
  return `{"from":"${from}","generation":${generation},"head":"${head}","seq":${seq}}`;
}

function writeLine({ code, id, received_at, seq, verdict }: ReceiptLine): string {
  const why = code === undefined ? '' : `"code":"${code}",`;
  return `{${why}"id":"${id}","received_at":"${received_at}","seq":${seq},"verdict":"${verdict}"}`;
}
