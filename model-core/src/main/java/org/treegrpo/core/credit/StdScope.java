package org.treegrpo.core.credit;

/** Over which leaves the std of the rewards is taken; their mean is always the prompt group's. */
public enum StdScope {
  /** The prompt group: a group's advantages are known as soon as its leaves are scored. */
  GROUP,
  /** The whole round, around the round's mean, as Flow-GRPO does. */
  GLOBAL;
}
