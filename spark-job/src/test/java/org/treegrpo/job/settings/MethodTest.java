package org.treegrpo.job.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.treegrpo.core.tree.TreeSettings.RootNoise;

class MethodTest {

  @Test
  void mixGrpoIsTheSameEngineWithoutBranching() {
    TrainSettings settings = Loading.minimal("treegrpo.method=mixgrpo");
    ForestSettings tree = settings.tree();
    assertThat(tree.branching()).as("no branching").isEqualTo(1);
    assertThat(tree.width()).as("window").isEqualTo(4);
    assertThat(tree.groupSize()).as("group of independent trajectories").isEqualTo(12);
    assertThat(tree.rootNoise()).as("root noise").isEqualTo(RootNoise.SHARED);
    assertThat(tree.window())
        .as("the window shifts every 25 rounds")
        .isEqualTo(new WindowSettings(WindowSettings.Strategy.SHIFTING, 0.5, 0, 1, 25));
    assertThat(settings.advantage().ddof()).as("ddof").isEqualTo(1);
  }

  @Test
  void theTreeGrpoPresetIsTheReference() {
    assertThat(Loading.minimal("treegrpo.method=treegrpo"))
        .as("naming the default method changes nothing")
        .isEqualTo(Loading.minimal());
  }

  @Test
  void theFileWinsOverThePresetAndTheCommandLineOverTheFile() {
    String file = Loading.MINIMAL + "\ntreegrpo { method = mixgrpo, tree.width = 3 }";
    assertThat(Loading.parse(file).tree().branching()).as("preset").isEqualTo(1);
    assertThat(Loading.parse(file).tree().width()).as("file").isEqualTo(3);
    TrainSettings overridden =
        Loading.loader()
            .parse(
                file,
                "test.conf",
                List.of("treegrpo.tree.width=5", "treegrpo.tree.width=2"),
                Use.TRAIN);
    assertThat(overridden.tree().width()).as("last --set").isEqualTo(2);
  }

  @Test
  void anUnknownMethodListsTheKnownOnes() {
    assertThat(Loading.problemsWith("treegrpo.method=ddpo"))
        .as("ddpo is no preset")
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.key()).isEqualTo("treegrpo.method");
              assertThat(problem.value()).isEqualTo("ddpo");
              assertThat(problem.rule()).isEqualTo("must be one of: treegrpo, mixgrpo");
            });
  }
}
