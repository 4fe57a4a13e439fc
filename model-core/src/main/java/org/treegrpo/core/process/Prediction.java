package org.treegrpo.core.process;

import java.util.Arrays;
import java.util.stream.Collectors;

/** What the network's output means (the {@code prediction} field of {@code policy.json}). */
public enum Prediction {
  /** v = eps - x_data, rectified flow. */
  FLOW_VELOCITY("flow-velocity"),
  /** The noise of a variance-preserving diffusion. */
  EPSILON("epsilon"),
  /** v of a variance-preserving diffusion: sqrt(abar) eps - sqrt(1 - abar) x0. */
  V("v"),
  /** The clean sample. */
  X0("x0");

  private final String label;

  Prediction(String label) {
    this.label = label;
  }

  /** Kind of process that a policy with this prediction belongs to. */
  public Family family() {
    return this == FLOW_VELOCITY ? Family.FLOW : Family.DIFFUSION;
  }

  /** The name used in {@code policy.json}. */
  public String label() {
    return label;
  }

  /** Parses the name used in {@code policy.json}. */
  public static Prediction of(String label) {
    return Arrays.stream(values())
        .filter(p -> p.label.equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "prediction: '%s' is not one of %s"
                        .formatted(
                            label,
                            Arrays.stream(values())
                                .map(Prediction::label)
                                .collect(Collectors.joining(", ")))));
  }
}
