package org.treegrpo.core.credit;

import java.util.Objects;

/**
 * How rewards become edge advantages (ALGORITHMS.md sections 1.3 and 1.4).
 *
 * @param estimator from the leaves' rewards to their advantages
 * @param ddof 0 for the population std, 1 for the sample std
 * @param epsilon added to every std, at least 0
 * @param clamp leaf advantages are cut to [-clamp, clamp]; positive, infinity for no cut
 * @param buffer rewards of a prompt that running statistics are taken over, at least 2
 * @param backupBeta of {@link Backup#SOFTMAX_PATH_LOGP}, at least 0
 * @param depthCorrection whether edges are divided by {@link TreeBackup#depthFactor}
 * @param depthZScore whether edges are normalised once more over their depth of the tree
 * @param group whose leaves are compared with one another
 */
public record AdvantageSettings(
    EstimatorFactory estimator,
    Aggregation aggregation,
    StdScope stdScope,
    int ddof,
    double epsilon,
    double clamp,
    int buffer,
    Backup backup,
    double backupBeta,
    boolean depthCorrection,
    boolean depthZScore,
    Group group) {

  /** Which leaves are compared with one another. */
  public enum Group {
    /** Those of all trees of a prompt. */
    PROMPT,
    /** Those of one tree. */
    TREE
  }

  public AdvantageSettings {
    Objects.requireNonNull(estimator, "estimator");
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
    if (buffer < 2) {
      throw new IllegalArgumentException("advantage buffer must be at least 2, was " + buffer);
    }
    if (!(backupBeta >= 0 && Double.isFinite(backupBeta))) {
      throw new IllegalArgumentException(
          "advantage backup beta must be finite and at least 0, was " + backupBeta);
    }
    if (!(clamp > 0)) {
      throw new IllegalArgumentException("advantage clamp must be positive, was " + clamp);
    }
  }
}
