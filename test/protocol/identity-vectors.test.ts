// The committed vectors of identity, record, kit and names hold in this implementation, under Node's crypto.
import { checkIdentityVectors } from './check-identity-vectors.ts';
import * as protocol from '#protocol';

checkIdentityVectors(protocol);
