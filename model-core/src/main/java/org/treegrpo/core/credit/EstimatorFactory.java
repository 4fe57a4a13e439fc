package org.treegrpo.core.credit;

import org.treegrpo.core.base.Named;

/**
 * Makes an {@link Estimator} from its settings. One is added by a class and a line in {@code
 * META-INF/services}; it is stateless.
 */
public interface EstimatorFactory extends Named {

  /** An estimator with these settings, of which it need not use all. */
  Estimator create(AdvantageSettings settings, RewardWeights weights);
}
