// Sentences of the program as their reader sees them.
import { sentenceIn } from '#kernel/sentence.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

describe('a sentence of the program', () => {
  it('is set with the spaces and apostrophes of French, and its commands stay as they are typed', () => {
    const typed = "Rien n'est perdu ; tapez « ored config set node.url http://a:1 » : prêt ?";
    assert.equal(
      sentenceIn({ en: '', fr: typed }, 'fr'),
      'Rien n’est perdu\u202f; tapez «\u00a0ored config set node.url http://a:1\u00a0»\u00a0: prêt\u202f?',
    );
  });

  it('is left alone in English', () => {
    const typed = `Don't: "ored status" ; ok ?`;
    assert.equal(sentenceIn({ en: typed, fr: '' }, 'en'), typed);
  });
});
