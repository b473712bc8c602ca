// A sound file of a canary tree.
// It breaks no rule.
import { setTimeout as wait } from 'node:timers/promises';
