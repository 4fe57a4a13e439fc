package org.treegrpo.reward.ocr;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.treegrpo.reward.Reward;
import org.treegrpo.reward.RewardDefinition;
import org.treegrpo.reward.RewardException;
import org.treegrpo.reward.RewardProvider;
import org.treegrpo.reward.ocr.OcrReward.Measure;

/**
 * Type {@code ocr}, options {@code model} = {@code v4} (default) or {@code v3} and {@code measure}
 * = {@code similarity} (default) or {@code likelihood}. Its rewards are also {@link
 * org.treegrpo.reward.TextReader}s.
 */
public final class OcrRewardProvider implements RewardProvider {

  private static final String MODEL = "model";
  private static final String MEASURE = "measure";
  private static final String DEFAULT_MEASURE = Measure.SIMILARITY.option();
  private static final String DEFAULT_MODEL = RecogniserModel.V4.option();

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
    return new OcrReward(definition.name(), model, measure);
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
