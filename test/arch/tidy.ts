// The rules of the house that a compiler cannot see, each a pure function from a tree to its findings.
// tidy.test.ts applies them to the repository; canaries.test.ts sees each one fire on a tree that breaks it.
// docs/architecture.md explains the rules; test/arch/canaries/tidy/<rule>/ holds the broken trees.
import { areaRules } from './tidy-areas.ts';
import { documentRules } from './tidy-documents.ts';
import { sourceRules } from './tidy-sources.ts';
import type { Rule } from './tree.ts';

export const rules: Readonly<Record<string, Rule>> = { ...areaRules, ...sourceRules, ...documentRules };
