package org.treegrpo.reward;

import java.util.List;
import java.util.Objects;

/**
 * The prompt that one image was generated from.
 *
 * @param id the prompt's id
 * @param text what the image should show
 * @param conditioning the policy's conditioning of this prompt, one flat tensor an input, in the
 *     policy's order; empty where no reward needs it. Not copied; do not change the arrays.
 */
public record RewardPrompt(String id, String text, List<float[]> conditioning) {

  public RewardPrompt {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(text, "text");
    conditioning = List.copyOf(conditioning);
  }
}
