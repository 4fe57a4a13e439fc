package org.treegrpo.reward.ocr;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.treegrpo.reward.Reward;
import org.treegrpo.reward.RewardDefinition;
import org.treegrpo.reward.RewardException;
import org.treegrpo.reward.RewardProvider;

/**
 * Type {@code ocr}, options {@code model} = {@code v4} (default) or {@code v3} and {@code measure}
 * = {@code similarity} (default) or {@code likelihood}. A similarity reward is also {@link
 * org.treegrpo.reward.TextReader}.
 */
public final class OcrRewardProvider implements RewardProvider {

  private static final String MODEL = "model";
  private static final String MEASURE = "measure";
  private static final String DEFAULT_MEASURE = Measure.SIMILARITY.option();
  private static final String DEFAULT_MODEL = RecogniserModel.V4.option();

  /** What the score is. */
  enum Measure {
    /** Similarity of what was read to the target. */
    SIMILARITY,
    /** Probability of the target. */
    LIKELIHOOD;

    String option() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Measure> of(String option) {
      return Arrays.stream(values()).filter(measure -> measure.option().equals(option)).findFirst();
    }
  }

  @Override
  public String type() {
    return "ocr";
  }

  @Override
  public List<String> problems(RewardDefinition definition) {
    List<String> problems = new ArrayList<>(definition.unknownOptions(Set.of(MODEL, MEASURE)));
    String model = definition.option(MODEL, DEFAULT_MODEL);
    if (RecogniserModel.of(model).isEmpty()) {
      problems.add(unknownModel(definition));
    }
    if (Measure.of(definition.option(MEASURE, DEFAULT_MEASURE)).isEmpty()) {
      problems.add(unknownMeasure(definition));
    }
    return problems;
  }

  @Override
  public Reward create(RewardDefinition definition) throws RewardException {
    RecogniserModel model =
        RecogniserModel.of(definition.option(MODEL, DEFAULT_MODEL))
            .orElseThrow(() -> new RewardException(unknownModel(definition)));
    Measure measure =
        Measure.of(definition.option(MEASURE, DEFAULT_MEASURE))
            .orElseThrow(() -> new RewardException(unknownMeasure(definition)));
    return switch (measure) {
      case SIMILARITY -> new OcrReward(definition.name(), model);
      case LIKELIHOOD -> new LikelihoodReward(definition.name(), model);
    };
  }

  private static String unknownMeasure(RewardDefinition definition) {
    return "reward '%s': option 'measure' = '%s' must be one of %s"
        .formatted(
            definition.name(),
            definition.option(MEASURE, DEFAULT_MEASURE),
            Arrays.stream(Measure.values()).map(Measure::option).toList());
  }

  private static String unknownModel(RewardDefinition definition) {
    return "reward '%s': option 'model' = '%s' must be one of %s"
        .formatted(
            definition.name(),
            definition.option(MODEL, DEFAULT_MODEL),
            Arrays.stream(RecogniserModel.values()).map(RecogniserModel::option).toList());
  }
}
