package org.treegrpo.job.plan;

import org.treegrpo.core.policy.PolicySpec;
import org.treegrpo.core.policy.TrainableParameters;
import org.treegrpo.core.tensor.ArchiveHeader.Parameter;

/**
 * What a plan needs besides the settings.
 *
 * @param policy the content of {@code policy.json}
 * @param parameters of the network
 * @param bufferBytes bytes of the network's tensors that are no parameters
 * @param decoderBytes bytes of the decoder's tensors
 * @param trainPrompts prompts of {@code prompts.train}
 * @param evaluationPrompts held-out prompts that an evaluation may sample
 * @param residentPrompts whose conditionings stay on a device between passes
 * @param rewards weights of reward models
 */
public record PlanInputs(
    PolicySpec policy,
    TrainableParameters.Selection parameters,
    long bufferBytes,
    long decoderBytes,
    int trainPrompts,
    int evaluationPrompts,
    int residentPrompts,
    RewardWeightBytes rewards) {

  /** Bytes of the parameters that are not trained. */
  public long frozenBytes() {
    return parameters.frozen().stream().mapToLong(Parameter::bytes).sum();
  }

  /** Elements that are trained, float32. */
  public long trained() {
    return parameters.trained().stream().mapToLong(Parameter::size).sum();
  }
}
