package org.treegrpo.core.policy;

import java.util.List;
import org.treegrpo.core.policy.PolicySpec.ConditioningInput;

/**
 * What one sample is generated from: one flat float array per entry of the policy's {@code
 * conditioning}, in that order, each with the element count of that entry's shape. Not copied; do
 * not change the arrays after construction.
 */
public record Conditioning(List<float[]> tensors) {

  public Conditioning {
    tensors = List.copyOf(tensors);
  }

  /** All zeros. */
  public static Conditioning zeros(List<ConditioningInput> inputs) {
    return new Conditioning(inputs.stream().map(input -> new float[input.elements()]).toList());
  }
}
