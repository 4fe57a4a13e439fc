package org.treegrpo.core.prompt;

import java.util.List;
import org.treegrpo.core.base.Printable;
import org.treegrpo.core.policy.Conditioning;
import org.treegrpo.core.policy.PolicySpec;

/**
 * The conditioning of a built-in policy: the prompt's characters as token ids, {@code [letters]},
 * one for each letter cell. The alphabet's character at index i has id i + 1; 0 pads.
 */
public final class CharacterEncoder implements TextConditioner {

  private final String alphabet;
  private final int letters;

  /**
   * @param alphabet the characters that the policy can draw
   * @param letters number of letter cells
   */
  public CharacterEncoder(String alphabet, int letters) {
    this.alphabet = alphabet;
    this.letters = letters;
  }

  /** The encoder of a built-in policy. */
  public static CharacterEncoder of(PolicySpec spec) {
    return new CharacterEncoder(
        spec.network()
            .orElseThrow(() -> new IllegalArgumentException("the policy is not built-in"))
            .alphabet(),
        spec.conditioning().get(0).elements());
  }

  @Override
  public Conditioning of(Prompt prompt) {
    String text = prompt.text();
    if (text.length() > letters) {
      throw new PromptException(
          "prompt '" + prompt.id() + "'",
          "text must have at most the %d characters the policy draws".formatted(letters),
          "%d in '%s'".formatted(text.length(), Printable.excerpt(text)));
    }
    float[] tokens = new float[letters];
    for (int i = 0; i < text.length(); i++) {
      int index = alphabet.indexOf(text.charAt(i));
      if (index < 0) {
        throw new PromptException(
            "prompt '" + prompt.id() + "'",
            "text must only have characters of the policy's alphabet '" + alphabet + "'",
            "'%s' in '%s'".formatted(text.charAt(i), Printable.excerpt(text)));
      }
      tokens[i] = index + 1;
    }
    return new Conditioning(List.of(tokens));
  }

  /** All null tokens. */
  @Override
  public Conditioning unconditional() {
    return new Conditioning(List.of(new float[letters]));
  }

  @Override
  public void check(List<Prompt> prompts) {
    prompts.forEach(this::of);
  }

  @Override
  public void close() {}
}
