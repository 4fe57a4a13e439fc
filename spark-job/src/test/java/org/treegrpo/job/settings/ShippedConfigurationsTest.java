package org.treegrpo.job.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.treegrpo.core.policy.PolicyDirectory;
import org.treegrpo.core.policy.PolicySpec;
import org.treegrpo.core.process.Family;
import org.treegrpo.reward.RewardDefinition;

/** The files of the directory {@code conf} load. */
class ShippedConfigurationsTest {
  private static final Path CONF = Path.of("..", "conf").toAbsolutePath().normalize();

  @Test
  void theQuickstartTeachesWithOneRecogniserAndJudgesWithAnother() {
    TrainSettings settings =
        Loading.loader().load(CONF.resolve("quickstart.conf"), List.of(), Use.TRAIN);
    assertThat(settings.policy().path())
        .as("relative to the file")
        .isEqualTo(CONF.resolve("spelling/policy").toString());
    assertThat(settings.policy().guidance().branches()).as("no guidance").isEqualTo(1);
    assertThat(settings.rewards()).as("a teacher and two recognisers").hasSize(3);
    assertThat(settings.trainedRewards()).as("one of them trains").hasSize(1);
  }

  @Test
  void theQuickstartWithTwoRewardsDiffersByItsRewards() {
    TrainSettings one =
        Loading.loader().load(CONF.resolve("quickstart.conf"), List.of(), Use.TRAIN);
    TrainSettings two =
        new SettingsLoader()
            .load(CONF.resolve("quickstart-two-rewards.conf"), List.of(), Use.TRAIN);
    assertThat(two.trainedRewards())
        .as("spelling and compressibility")
        .extracting(RewardDefinition::weight)
        .containsExactly(0.8, 0.2);
    assertThat(two.rewards()).as("two recognisers measure").hasSize(4);
    assertThat(two.update()).as("the same update").isEqualTo(one.update());
    assertThat(two.tree()).as("the same trees").isEqualTo(one.tree());
    assertThat(two.policy()).as("the same base").isEqualTo(one.policy());
  }

  @ParameterizedTest
  @CsvSource({
    "compare-spelling.conf, 8, 3",
    "compare-late-anchor.conf, 5, 3",
    "compare-rates.conf, 21, 1",
    "compare-trees.conf, 8, 1"
  })
  void aGridsMembersAllDiffer(String file, int variants, int seeds) {
    TrainSettings common = Loading.loader().load(CONF.resolve(file), List.of(), Use.COMPARE);
    assertThat(common.compare().seeds()).as("seeds").hasSize(seeds);
    assertThat(
            common.compare().variants().stream()
                .map(
                    variant ->
                        Loading.loader()
                            .loadMember(CONF.resolve(file), common, List.of(), variant, List.of()))
                .distinct())
        .as("different settings")
        .hasSize(variants);
  }

  /** Every member can be loaded, and what is compared is compared fairly. */
  @ParameterizedTest
  @CsvSource({"compare-spelling-quick.conf, 3, 1", "compare-methods.conf, 13, 1"})
  void aComparisonsMembersDifferByWhatTheirVariantsSet(String file, int variants, int seeds) {
    TrainSettings common = Loading.loader().load(CONF.resolve(file), List.of(), Use.COMPARE);
    assertThat(common.compare().variants()).as("variants").hasSize(variants);
    assertThat(common.compare().seeds()).as("seeds").hasSize(seeds);
    for (CompareSettings.Variant variant : common.compare().variants()) {
      TrainSettings member =
          Loading.loader()
              .loadMember(
                  CONF.resolve(file), common, List.of(), variant, List.of("treegrpo.seed=9"));
      assertThat(member.method()).as("method").isEqualTo(variant.name());
      assertThat(member.seed()).as("seed").isEqualTo(9);
      assertThat(member.optimizer()).as("optimizer").isEqualTo(common.optimizer());
      assertThat(member.rewards()).as("rewards").isEqualTo(common.rewards());
      assertThat(member.evaluation()).as("evaluation").isEqualTo(common.evaluation());
      assertThat(member.compare().variants()).as("a plain run").isEmpty();
    }
  }

  @Test
  void thePretrainingUsesTheWordsOfTheSpellingTask() {
    TrainSettings settings =
        Loading.loader().load(CONF.resolve("pretrain.conf"), List.of(), Use.PRETRAIN);
    assertThat(settings.prompts().train())
        .as("the quickstart's prompts")
        .isEqualTo(CONF.resolve("spelling/train.jsonl").toString());
  }

  @Test
  void theDiffusionQuickstartTrainsTheDiffusionBaseByDdim() {
    TrainSettings settings =
        Loading.loader().load(CONF.resolve("quickstart-diffusion.conf"), List.of(), Use.TRAIN);
    TrainSettings flow =
        Loading.loader().load(CONF.resolve("quickstart.conf"), List.of(), Use.TRAIN);
    assertThat(settings.policy().path())
        .as("relative to the file")
        .isEqualTo(CONF.resolve("spelling-diffusion/policy").toString());
    assertThat(settings.sampler().transition().family())
        .as("its transition")
        .isEqualTo(Family.DIFFUSION);
    assertThat(settings.prompts()).as("the words of the flow").isEqualTo(flow.prompts());
    assertThat(settings.rewards()).as("its rewards").isEqualTo(flow.rewards());
    assertThat(settings.tree()).as("and its trees").isEqualTo(flow.tree());
  }

  @Test
  void theDiffusionPretrainingIsTheRecipeOfTheShippedDiffusion() throws IOException {
    PretrainSettings.Objective objective =
        Loading.loader()
            .load(CONF.resolve("pretrain-diffusion.conf"), List.of(), Use.PRETRAIN)
            .pretrain()
            .objective();
    PolicySpec shipped = PolicyDirectory.read(CONF.resolve("spelling-diffusion/policy"));
    assertThat(shipped.prediction()).as("prediction").isEqualTo(objective.prediction());
    assertThat(shipped.scheduler()).as("noise schedule").contains(objective.scheduler());
    assertThat(Files.size(CONF.resolve("spelling-diffusion/policy").resolve(shipped.file())))
        .as("bytes of its weights")
        .isLessThan(6_000_000);
  }

  @Test
  void thePaperConfigurationNamesThePapersValues() {
    TrainSettings paper =
        Loading.loader().load(CONF.resolve("sd35-medium.conf"), List.of(), Use.TRAIN);
    TrainSettings defaults = Loading.minimal();
    assertThat(paper.tree()).as("tree").isEqualTo(defaults.tree());
    assertThat(paper.sampler()).as("sampler").isEqualTo(defaults.sampler());
    assertThat(paper.update()).as("update").isEqualTo(defaults.update());
    assertThat(paper.optimizer()).as("optimizer").isEqualTo(defaults.optimizer());
  }
}
