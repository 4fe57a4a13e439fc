package org.treegrpo.core.advantage;

/** The weights with which sibling edges enter their parent (ALGORITHMS.md section 1.4). */
public enum Backup {
  /** Softmax over siblings of the mean over D of log pi_old, the paper's and the default. */
  SOFTMAX_MEAN_LOGP,
  /** 1/k each. */
  UNIFORM,
  /** Softmax over siblings of the sum over D of log pi_old: all but one-hot at usual sizes. */
  SOFTMAX_SUM_LOGP;
}
