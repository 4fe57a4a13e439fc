package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.treegrpo.job.metrics.EvaluationRecord;
import org.treegrpo.job.metrics.EvaluationRecord.HeldOutReward;
import org.treegrpo.job.metrics.RunJson;
import org.treegrpo.job.metrics.RunResult;

/** A reward with weight 0 that fails in whatever way: the run goes on as without it. */
class MeasuredRewardTest {

  private static final int LONG_SECONDS = 3600;
  private static final int SHORT_SECONDS = 1;

  @TempDir static Path directory;

  private static TinyRun run;
  private static List<String> undisturbed;

  @BeforeAll
  static void trainWithoutIt() throws IOException {
    run = new TinyRun(directory);
    assertThat(train("alone", "").exitCode()).as("exit code").isZero();
    undisturbed = run.digests("alone");
  }

  @ParameterizedTest
  @ValueSource(strings = {"throws", "error", "unmade", "unlinked", "unnamed"})
  void oneThatNeverAnswersStopsNothing(String fault) throws IOException {
    checkGoesOn(fault, train(fault, measured(fault, LONG_SECONDS)));
    for (EvaluationRecord evaluation : evaluations(fault)) {
      HeldOutReward held = evaluation.reward().get("judge");
      assertThat(held.mean()).as("no score is no number, and never 0").isNaN();
      assertThat(held.trained()).as("not trained on").isFalse();
      assertThat(evaluation.reward().get("size").mean()).as("the others are scored").isNegative();
    }
    assertThat(Files.readString(run.resolve(fault + "/evaluations.jsonl")))
        .as("in the file")
        .contains("\"judge\":{\"mean\":null");
  }

  /** As many as are asked in a row, and the round trip of each, are the pool's: see its tests. */
  @Test
  void oneThatHangsStopsNothing() throws IOException {
    checkGoesOn("hangs", train("hangs", measured("hangs", SHORT_SECONDS)));
    assertThat(evaluations("hangs"))
        .as("evaluations without a score")
        .allSatisfy(one -> assertThat(one.reward().get("judge").mean()).isNaN());
  }

  @Test
  void oneThatMissesSomeImagesIsMeasuredByTheOthers() throws IOException {
    checkGoesOn("nan", train("nan", measured("nan", LONG_SECONDS)));
    assertThat(evaluations("nan"))
        .as("one of two images")
        .allSatisfy(one -> assertThat(one.reward().get("judge").mean()).isBetween(0.0, 1.0));
  }

  @Test
  void oneThatCannotReadStopsNothingAndSpoilsNoReport() throws IOException {
    checkGoesOn("unread", train("unread", measured("unread", LONG_SECONDS)));
    List<EvaluationRecord> evaluations = evaluations("unread");
    assertThat(evaluations.get(0).reward().get("judge").exact()).as("first reading").isEqualTo(1);
    assertThat(evaluations.get(1).reward().get("judge").exact()).as("not read").isNull();
    assertThat(Files.readString(run.resolve("unread/report.html")))
        .as("what is not known is a dash, not the mean of the scores")
        .contains("100% → –");
  }

  @Test
  void oneThatCannotBeClosedStopsNothing() throws IOException {
    checkGoesOn("unclosed", train("unclosed", measured("unclosed", LONG_SECONDS)));
  }

  @Test
  void anEvaluationOfItsOwnSaysWhatIsMissing() throws IOException {
    List<String> arguments = arguments("evaluate", "alone", measured("unmade", LONG_SECONDS));
    CommandLineRun evaluate = CommandLineRun.of(directory, arguments.toArray(String[]::new));
    evaluate.assertDone();
    Map<String, HeldOutReward> held =
        RunJson.read(evaluate.out().substring(evaluate.out().indexOf('{')), EvaluationRecord.class)
            .reward();
    assertThat(held.get("judge").mean()).as("the one that cannot be made").isNaN();
    assertThat(held.get("size").mean()).as("the other").isNegative();
  }

  @Test
  void oneThatIsWrongFromTheStartIsRefused() throws IOException {
    CommandLineRun refused =
        train(
            "refused", "{name = judge, type = torchscript, weight = 0, options.path = no-such.pt}");
    refused.assertRefused("treegrpo.rewards[1].type", "option 'path'", "no-such.pt");
    Path broken = Files.writeString(run.resolve("broken.pt"), "no archive");
    train(
            "refused",
            "{name = judge, type = torchscript, weight = 0, options.path = \"%s\"}"
                .formatted(broken))
        .assertRefused("reward 'judge'", "broken.pt is not a TorchScript archive");
  }

  private static void checkGoesOn(String name, CommandLineRun train) throws IOException {
    assertThat(train.exitCode()).as("exit code, %s", train.err()).isZero();
    RunResult result =
        RunJson.read(Files.readString(run.resolve(name + "/result.json")), RunResult.class);
    assertThat(result.status()).as("result.json").isEqualTo(RunResult.Status.COMPLETED);
    assertThat(run.digests(name)).as("the weights of a run without it").isEqualTo(undisturbed);
    assertThat(run.resolve(name + "/report.html")).as("report").exists();
    try (Stream<Path> files = Files.list(run.resolve(name))) {
      assertThat(files.map(Path::getFileName).map(Path::toString))
          .as("curves")
          .anyMatch(file -> file.startsWith("events.out.tfevents"));
    }
  }

  private static String measured(String fault, int limitSeconds) {
    return "{name = judge, type = faulty, weight = 0, time-limit-seconds = %d, options { fault = \"%s\" }}"
        .formatted(limitSeconds, fault);
  }

  private static CommandLineRun train(String name, String measured) throws IOException {
    return CommandLineRun.of(directory, arguments("train", name, measured).toArray(String[]::new));
  }

  private static List<String> arguments(String command, String name, String measured)
      throws IOException {
    List<String> arguments =
        new ArrayList<>(List.of(command, "--config", run.configFile(name).toString()));
    for (String setting :
        List.of(
            "rounds=2",
            "evaluation.every=1",
            "evaluation.prompts=1",
            "tree.prompts-per-round=1",
            "rewards=[{name = size, type = jpeg-compressibility, time-limit-seconds = 3600}, %s]"
                .formatted(measured))) {
      arguments.addAll(List.of("--set", "treegrpo." + setting));
    }
    return arguments;
  }

  private static List<EvaluationRecord> evaluations(String name) throws IOException {
    List<EvaluationRecord> evaluations = new ArrayList<>();
    for (String line : Files.readAllLines(run.resolve(name + "/evaluations.jsonl"))) {
      evaluations.add(RunJson.read(line, EvaluationRecord.class));
    }
    assertThat(evaluations).as("evaluations after rounds 0, 1 and 2").hasSize(3);
    return evaluations;
  }
}
