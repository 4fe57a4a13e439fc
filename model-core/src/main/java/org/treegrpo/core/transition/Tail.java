package org.treegrpo.core.transition;

/** What a rollout takes after its last stochastic step. */
public enum Tail {
  /** The steps of the schedule that are left, one deterministic step each. */
  SAME,
  /** Fewer steps of DPM-Solver++(2M): MixGRPO-Flash's (ALGORITHMS.md section 3). */
  DPM_SOLVER_2M
}
