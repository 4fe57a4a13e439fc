package org.treegrpo.job.settings;

import java.util.List;
import java.util.Set;

/**
 * What the settings are loaded for: which keys, optional otherwise, must be given.
 *
 * @param required keys without the root
 */
public record Use(List<String> required, Set<Demand> demands) {

  public static final Use TRAIN =
      new Use(
          List.of("policy.path", "prompts.train", "prompts.evaluation", "run-dir"),
          Set.of(Demand.REWARDS, Demand.WEIGHTED_REWARD));
  public static final Use PLAN =
      new Use(
          List.of("policy.path", "prompts.train", "prompts.evaluation"),
          Set.of(Demand.REWARDS, Demand.WEIGHTED_REWARD));
  public static final Use EVALUATE =
      new Use(List.of("policy.path", "prompts.evaluation"), Set.of(Demand.REWARDS));
  public static final Use SAMPLE = new Use(List.of("policy.path"), Set.of());
  public static final Use PRETRAIN =
      new Use(
          List.of("prompts.train", "prompts.evaluation", "run-dir"), Set.of(Demand.LOCAL_FILES));

  /** What the members of a comparison have in common. */
  public static final Use COMPARE =
      new Use(
          List.of("policy.path", "prompts.train", "prompts.evaluation", "run-dir"),
          Set.of(Demand.REWARDS, Demand.WEIGHTED_REWARD, Demand.COMPARISON));

  /** Only where the run is. */
  public static final Use LOCATE = new Use(List.of("run-dir"), Set.of());

  /** More than that a key is given. */
  public enum Demand {
    /** Rewards whose types find what they need. */
    REWARDS,
    /** At least one reward with a weight above 0. */
    WEIGHTED_REWARD,
    /** Variants, and one budget for all. */
    COMPARISON,
    /** Prompts and run directory on the file system of this machine. */
    LOCAL_FILES
  }

  public Use {
    required = List.copyOf(required);
    demands = Set.copyOf(demands);
  }
}
