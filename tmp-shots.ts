import { claimNode, makeNode, signIn } from '#kit';
import { readFileSync } from 'node:fs';
import { befriend, friends } from './test/posts/friends-rig.ts';
import { openBrowser, signInOn, visit } from './test/web/kit/index.ts';
const browser = await openBrowser();
try {
  await using alice = await makeNode({ name: 'alice' });
  await using bob = await makeNode({ name: 'bobby' });
  const oa = await claimNode(alice); const ob = await claimNode(bob);
  await befriend(alice, bob);
  const upload = async (o: typeof oa, f: string, alt: string) => {
    const r = await o.fetch(`/api/v1/media?name=${f}&alt=${encodeURIComponent(alt)}`, { method: 'POST', headers: { 'content-type': 'application/octet-stream' }, body: readFileSync(`scripts/demo/${f}`) });
    if (!r.ok) throw new Error(await r.text());
    return ((await r.json()) as { id: string }).id;
  };
  const write = async (o: typeof oa, body: object) => {
    const r = await o.fetch('/api/v1/posts', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    if (!r.ok) throw new Error(await r.text());
    return (await r.json()) as { id: string; uri: string };
  };
  const p = await write(ob, { text: 'Le fleuve ce soir, après la pluie. **Magnifique**, et _calme_.\n\n- une barque\n- deux hérons\n\nVoir https://example.org/un/chemin/assez/long/pour/etre/coupe?x=1 et @alice', visibility: 'friends', media: [await upload(ob, 'river.jpg', 'Le fleuve au crépuscule')] });
  await write(ob, { text: 'Trois images', visibility: 'public', media: [await upload(ob, 'river.jpg', 'Le fleuve'), await upload(ob, 'hills.jpg', 'Des collines'), await upload(ob, 'cloth.jpg', 'Un tissu')] });
  await write(oa, { text: 'CW: Araignée\n\nUne énorme araignée dans la cave.', visibility: 'friends' });
  const mine = await write(oa, { text: 'Bonjour à tous ! Je lis « Les Travailleurs de la mer ».\n\n> Une citation\n> sur deux lignes\n\n`code` et\n\n```\nnpm install\n```', visibility: 'public' });
  await write(oa, { text: 'Mot '.repeat(2000), visibility: 'private' });
  await write(oa, { text: 'Liens : https://аррӏе.com/ et [google.com](https://evil.example/) https://bank.com@evil.example/', visibility: 'friends' });
  await new Promise((r) => setTimeout(r, 1500));
  const rep = await write(ob, { text: 'Très belle lecture, bravo !', reply_to: mine.uri });
  await new Promise((r) => setTimeout(r, 800));
  await write(oa, { text: 'Merci beaucoup 😊', reply_to: rep.uri });
  await ob.fetch(`/api/v1/posts/${encodeURIComponent(mine.uri)}/reaction`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ value: '❤️' }) });
  await new Promise((r) => setTimeout(r, 1500));
  for (const [size, theme, language] of [['phone', 'light', 'fr'], ['desktop', 'dark', 'en']] as const) {
    const v = await visit(browser, alice, { size, theme, language });
    const { page } = v;
    const shot = (name: string, full = false) => page.screenshot({ path: `/tmp/shots/${name}-${size}.png`, fullPage: full });
    await signInOn(v, oa);
    await page.getByText('Bonjour à tous').waitFor();
    await page.waitForTimeout(800);
    await shot('feed', true);
    await page.getByRole('button', { name: /Open the picture|Ouvrir l/ }).first().click();
    await page.waitForTimeout(500);
    await shot('viewer'); await page.keyboard.press('Escape');
    await page.goto(`/post/${mine.uri.slice(6).replace('/post/', '/')}`);
    await page.getByText('Très belle').waitFor(); await page.waitForTimeout(500);
    await shot('post', true);
    await page.getByRole('button', { name: /Réagir|React/ }).first().click(); await page.waitForTimeout(200); await shot('react');
    await page.keyboard.press('Escape');
    await page.locator('.post-foot [aria-haspopup=dialog]').first().click(); await page.waitForTimeout(700); await shot('why'); await page.keyboard.press('Escape');
    await page.goto('/write'); await page.getByRole('textbox').first().fill('Une image');
    await page.locator('input[type=file]').first().setInputFiles(['scripts/demo/hills.jpg', 'scripts/demo/cloth.jpg']);
    await page.locator('.attached img').nth(1).waitFor(); await page.waitForTimeout(400); await shot('write', true);
    for (const path of process.argv.slice(2)) { await page.goto(path); await page.waitForTimeout(1200); await shot(path.replaceAll('/', '_'), true); }
    console.log(size, v.complaints);
    await v.context.close();
  }
} finally { await browser.close(); }
