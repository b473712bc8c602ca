// A field for a passphrase that can be looked at while it is typed: typing twice blindly helps nobody. A new one is
// weighed in words as it grows; nothing is asked of its composition (NIST SP 800-63B), only its length.
import { useState, type ReactNode } from 'react';
import { Button } from '../design/button.tsx';
import { TextField, type TextFieldProps } from '../design/field.tsx';
import { useShellText } from '../shell/words.ts';
import { strengthOf } from './strength.ts';

export type SecretFieldProps = Omit<TextFieldProps, 'type'>;

export function SecretField(props: SecretFieldProps): ReactNode {
  const t = useShellText();
  const [visible, setVisible] = useState(false);
  return (
    <div className="secret">
      <TextField
        {...props}
        type={visible ? 'text' : 'password'}
        autoCapitalize="off"
        autoCorrect="off"
        spellCheck={false}
      />
      <Button look="quiet" aria-pressed={visible} onClick={() => setVisible(!visible)}>
        {visible ? t('secret.hide') : t('secret.show')}
      </Button>
    </div>
  );
}

/** Stands before a passphrase, so that a password manager keeps one entry for this node, and not one without a name. */
export function NodeNameField(): ReactNode {
  return (
    <input
      className="only-read"
      type="text"
      name="username"
      autoComplete="username"
      value={location.host}
      readOnly
      tabIndex={-1}
      aria-hidden="true"
    />
  );
}

export interface NewSecretFieldProps extends Omit<SecretFieldProps, 'value' | 'onChange' | 'advice'> {
  readonly value: string;
  readonly onValue: (value: string) => void;
}

/** The field of a new passphrase, with what it is worth in words. */
export function NewSecretField({ value, onValue, ...rest }: NewSecretFieldProps): ReactNode {
  const t = useShellText();
  const strength = strengthOf(value);
  return (
    <div className="new-secret">
      <NodeNameField />
      <SecretField
        {...rest}
        value={value}
        autoComplete="new-password"
        advice={t('secret.advice')}
        onChange={(event) => onValue(event.target.value)}
      />
      <p className="strength" role="status" data-strength={strength}>
        <span className="strength-bar" aria-hidden="true" />
        {strength === 'empty' ? '' : t(`strength.${strength}`)}
      </p>
    </div>
  );
}
