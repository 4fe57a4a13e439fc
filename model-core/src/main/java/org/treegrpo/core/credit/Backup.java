package org.treegrpo.core.credit;

/** The weights with which sibling edges enter their parent (ALGORITHMS.md section 1.4). */
public enum Backup {
  /** Softmax over siblings of the mean over D of log pi_old, the paper's and the default. */
  SOFTMAX_MEAN_LOGP,
  /** 1/k each. */
  UNIFORM,
  /** Softmax over siblings of the sum over D of log pi_old: all but one-hot at usual sizes. */
  SOFTMAX_SUM_LOGP,
  /**
   * BranchGRPO's fusion (section 3.1): a node is worth the mean of the leaves below it, weighted
   * with softmax(beta log p(leaf | node)), log p being the sum of the path's means over D.
   */
  SOFTMAX_PATH_LOGP;
}
