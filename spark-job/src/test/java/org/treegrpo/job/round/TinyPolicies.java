package org.treegrpo.job.round;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.treegrpo.core.policy.LatentShape;
import org.treegrpo.core.policy.Policies;
import org.treegrpo.core.policy.Policy;
import org.treegrpo.core.policy.PolicyDirectory;
import org.treegrpo.core.policy.PolicySpec;
import org.treegrpo.core.process.Prediction;

/** Real built-in networks that cost next to nothing, with random weights; loaded once a JVM. */
final class TinyPolicies {

  private static final Map<Prediction, List<Policy>> LOADED = new EnumMap<>(Prediction.class);

  private TinyPolicies() {}

  /** Two instances with the same weights and one with other weights. */
  static synchronized List<Policy> of(Prediction prediction) {
    return LOADED.computeIfAbsent(
        prediction, any -> List.of(policy(any, 1), policy(any, 1), policy(any, 2)));
  }

  /** A policy directory with prompts; its weights are not read. */
  static synchronized Path directory(Prediction prediction) {
    Path directory = Path.of("target", "tiny-policies", prediction.label()).toAbsolutePath();
    try {
      PolicySpec spec = spec(prediction);
      Files.createDirectories(directory);
      Files.write(directory.resolve(spec.file()), new byte[0]);
      PolicyDirectory.write(directory, spec);
      Files.writeString(
          directory.resolve("prompts.jsonl"),
          """
          {"id": "a", "text": "a"}
          {"id": "b", "text": "b"}
          {"id": "c", "text": "c"}
          """);
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Policy policy(Prediction prediction, long seed) {
    Policy policy = Policies.builtIn(spec(prediction), 0);
    float[] weights = new float[policy.parameters().size()];
    policy.readWeights(weights);
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < weights.length; i++) {
      weights[i] += (float) (0.1 * random.nextGaussian());
    }
    policy.install(weights);
    return policy;
  }

  private static PolicySpec spec(Prediction prediction) {
    return new PolicySpec(
        PolicySpec.Type.BUILT_IN,
        "policy.safetensors",
        new LatentShape(3, 4, 4),
        prediction,
        Optional.empty(),
        List.of(new PolicySpec.ConditioningInput("characters", List.of(1))),
        Optional.empty(),
        Optional.of(new PolicySpec.NetworkSpec(2, 8, 1, 1, "abc", 4)));
  }
}
