package org.treegrpo.job.settings;

import java.util.List;

/** What the settings are loaded for: which keys, optional otherwise, must be given. */
public enum Use {
  TRAIN,
  PLAN,
  EVALUATE,
  SAMPLE,
  PRETRAIN,
  /** Only where the run is. */
  LOCATE;

  /** Whether a reward with a weight is needed. */
  boolean trains() {
    return this == TRAIN || this == PLAN;
  }

  /** Keys without the root. */
  List<String> required() {
    return switch (this) {
      case TRAIN -> List.of("policy.path", "prompts.train", "prompts.evaluation", "run-dir");
      case PLAN -> List.of("policy.path", "prompts.train", "prompts.evaluation");
      case EVALUATE -> List.of("policy.path", "prompts.evaluation");
      case SAMPLE -> List.of("policy.path");
      case PRETRAIN -> List.of("prompts.train", "prompts.evaluation", "run-dir");
      case LOCATE -> List.of("run-dir");
    };
  }
}
