package org.treegrpo.job.settings;

import java.util.List;

/** What the settings are loaded for: which keys, optional otherwise, must be given. */
public enum Use {
  TRAIN(true, "policy.path", "prompts.train", "prompts.evaluation", "run-dir"),
  PLAN(true, "policy.path", "prompts.train", "prompts.evaluation"),
  EVALUATE(false, "policy.path", "prompts.evaluation"),
  SAMPLE(false, "policy.path"),
  PRETRAIN(false, "prompts.train", "prompts.evaluation", "run-dir"),
  /** Only where the run is. */
  LOCATE(false, "run-dir");

  private final boolean trains;
  private final List<String> required;

  Use(boolean trains, String... required) {
    this.trains = trains;
    this.required = List.of(required);
  }

  /** Whether a reward with a weight is needed. */
  boolean trains() {
    return trains;
  }

  /** Keys without the root. */
  List<String> required() {
    return required;
  }
}
