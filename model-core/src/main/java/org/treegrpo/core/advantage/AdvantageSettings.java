package org.treegrpo.core.advantage;

import java.util.Objects;

/**
 * How rewards become edge advantages (ALGORITHMS.md sections 1.3 and 1.4).
 *
 * @param ddof 0 for the population std, 1 for the sample std
 * @param epsilon added to every std, at least 0
 * @param clamp leaf advantages are cut to [-clamp, clamp]; positive, infinity for no cut
 * @param depthCorrection whether edges are divided by {@link TreeBackup#depthFactor}
 */
public record AdvantageSettings(
    Aggregation aggregation,
    StdScope stdScope,
    int ddof,
    double epsilon,
    double clamp,
    Backup backup,
    boolean depthCorrection) {

  public AdvantageSettings {
    Objects.requireNonNull(aggregation, "aggregation");
    Objects.requireNonNull(stdScope, "stdScope");
    Objects.requireNonNull(backup, "backup");
    if (ddof != 0 && ddof != 1) {
      throw new IllegalArgumentException("advantage ddof must be 0 or 1, was " + ddof);
    }
    if (!(epsilon >= 0 && Double.isFinite(epsilon))) {
      throw new IllegalArgumentException(
          "advantage epsilon must be finite and at least 0, was " + epsilon);
    }
    if (!(clamp > 0)) {
      throw new IllegalArgumentException("advantage clamp must be positive, was " + clamp);
    }
  }
}
