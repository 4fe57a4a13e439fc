package org.treegrpo.core.advantage;

/** Over which leaves the std of the rewards is taken; their mean is always the prompt group's. */
public enum StdScope {
  /** The prompt group: a group's advantages are known as soon as its leaves are scored. */
  GROUP,
  /** The whole round, around the round's mean, as Flow-GRPO does. */
  GLOBAL;

  /** The name used in the configuration. */
  public String label() {
    return Labels.label(this);
  }

  /** Parses the name used in the configuration. */
  public static StdScope of(String label) {
    return Labels.parse("std-scope", StdScope.class, label);
  }
}
