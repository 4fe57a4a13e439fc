package org.treegrpo.job.pretrain;

import java.util.List;
import org.treegrpo.core.policy.Policy;

/** Judges a policy. */
@FunctionalInterface
interface PolicyJudge {

  /** Scores of the policy with the weights that are installed in it, one a judge. */
  List<SpellingScore> evaluate(Policy policy);
}
