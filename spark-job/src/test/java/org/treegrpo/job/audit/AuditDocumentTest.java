package org.treegrpo.job.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.Type;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.core.credit.Status;
import org.treegrpo.job.metrics.MetricsLog;
import org.treegrpo.job.metrics.RoundMetrics;
import org.treegrpo.job.train.CommandLineRun;
import org.treegrpo.job.train.TinyRun;

/** docs/AUDIT.md and its recipes, held to what a run writes and to cases with a known answer. */
class AuditDocumentTest {

  private static final Path DOCS = Path.of("../docs");
  private static final String HACKED = "hacked-prompts.sql";
  private static final String DEPTHS = "learning-depths.sql";
  private static final String CONFLICTS = "conflicts.sql";
  private static final String NO_SIGNAL = "no-signal.sql";
  private static final Pattern COLUMN =
      Pattern.compile("^\\| `([\\w<>]+)` \\| (\\w+) \\| (yes|no) \\|", Pattern.MULTILINE);
  private static final double ROUNDING = 1e-9;
  private static final int ROUNDS = 6;

  @TempDir static Path directory;

  private static TinyRun run;
  private static Map<String, List<Map<String, String>>> trained;
  private static Map<String, List<Map<String, String>>> constructed;

  @BeforeAll
  static void askARunAndAConstructedAudit() throws IOException {
    run = new TinyRun(directory);
    run.train(
        "local[1]",
        "run",
        "treegrpo.evaluation.prompts=1",
        "treegrpo.rewards=["
            + "{name = size, type = jpeg-compressibility, weight = 3, time-limit-seconds = 3600},"
            + "{name = detail, type = jpeg-incompressibility, time-limit-seconds = 3600}]");
    trained = ask("run");
    construct(directory.resolve("constructed"));
    constructed = ask("constructed");
  }

  @Test
  void thePageHasTheColumnsThatARunWrites() throws IOException {
    String page = Files.readString(DOCS.resolve("AUDIT.md"));
    int leaves = page.indexOf("## leaves.parquet");
    assertThat(documented(page.substring(page.indexOf("## edges.parquet"), leaves)))
        .as("edges.parquet")
        .isEqualTo(written("edges"));
    List<String> expanded = new ArrayList<>();
    for (String column : documented(page.substring(leaves, page.indexOf("## Questions")))) {
      if (column.startsWith("reward_<name>")) {
        for (String reward : List.of("size", "detail")) {
          expanded.add(column.replace("<name>", reward));
        }
      } else {
        expanded.add(column);
      }
    }
    assertThat(expanded).as("leaves.parquet").isEqualTo(written("leaves"));
    assertThat(page)
        .as("every status is explained")
        .contains(Arrays.stream(Status.values()).map(s -> "`" + s.label() + "`").toList());
    assertThat(page)
        .as("every recipe is explained")
        .contains(recipes().stream().map(file -> "(audit/" + file.getFileName() + ")").toList());
  }

  @Test
  void depthsAreWhatTheRowsSay() throws IOException {
    assertThat(trained.get(DEPTHS)).as("two depths of three rounds").hasSize(6);
    for (Map<String, String> row : trained.get(DEPTHS)) {
      String round = row.get("first_round");
      List<Group> edges =
          rows("edges", Integer.parseInt(round)).stream()
              .filter(edge -> edge.getInteger("depth", 0) == Integer.parseInt(row.get("depth")))
              .toList();
      double[] advantages = column(edges, edge -> edge.getDouble("advantage", 0));
      assertThat(row).as("a stretch is a round").containsEntry("last_round", round);
      assertThat(row).as("edges").containsEntry("edges", String.valueOf(edges.size()));
      is(
          row,
          "mean_abs_advantage",
          DoubleStream.of(advantages).map(Math::abs).average().orElseThrow());
      is(row, "advantage_std", std(advantages));
      double siblings =
          edges.stream()
              .collect(
                  Collectors.groupingBy(
                      edge ->
                          List.of(
                              edge.getString("prompt_id", 0),
                              edge.getInteger("tree", 0),
                              edge.getString("parent_path", 0))))
              .values()
              .stream()
              .mapToDouble(of -> std(column(of, edge -> edge.getDouble("advantage", 0))))
              .average()
              .orElseThrow();
      is(row, "sibling_std", siblings);
      is(row, "noise_std", edges.get(0).getDouble("noise_std", 0));
      is(row, "trained", 1);
    }
  }

  @Test
  void aRewardAndItsOppositeFight() throws IOException {
    assertThat(trained.get(CONFLICTS)).as("one pair of rewards").hasSize(1);
    Map<String, String> pair = trained.get(CONFLICTS).get(0);
    assertThat(pair).containsEntry("first", "detail").containsEntry("second", "size");
    assertThat(pair.get("leaves")).as("leaves of 3 rounds").isEqualTo(String.valueOf(3 * 24));
    is(pair, "correlation", -1);
    assertThat(number(pair, "opposed")).as("but where a leaf lies on the mean").isGreaterThan(0.95);
    is(pair, "first_wins", 0); // the other one weighs three times as much
  }

  @Test
  void flatPromptsAreThoseOfTheMetrics() throws IOException {
    double flat = trained.get(NO_SIGNAL).stream().mapToDouble(row -> number(row, "flat")).sum();
    List<RoundMetrics> rounds =
        MetricsLog.open(
                FileSystem.getLocal(new Configuration()),
                new org.apache.hadoop.fs.Path(directory.resolve("run").toUri()))
            .rounds();
    assertThat(flat)
        .as("zero_variance_groups of metrics.jsonl")
        .isEqualTo(rounds.stream().mapToInt(RoundMetrics::zeroVarianceGroups).sum());
  }

  @Test
  void thePromptThatIsHackedStandsFirst() {
    List<Map<String, String>> hacked = constructed.get(HACKED);
    assertThat(hacked.stream().map(row -> row.get("prompt_id")))
        .as("not the one that gets better in both, nor the one that never moves")
        .containsExactly("hacked", "a-little");
    Map<String, String> worst = hacked.get(0);
    assertThat(worst).containsEntry("rose", "ocr").containsEntry("fell", "paper-noise");
    // Later half less earlier half: 3 rounds of 0.1 and of -0.2; scores of a round differ by +-0.1.
    is(worst, "rounds", ROUNDS);
    is(worst, "rise", 3);
    is(worst, "fall", -6);
    is(worst, "hacked", 3);
  }

  @Test
  void aPromptWithoutSignalIsNamed() {
    List<Map<String, String>> silent = constructed.get(NO_SIGNAL);
    assertThat(silent).as("prompts without a signal").hasSize(1);
    assertThat(silent.get(0))
        .containsEntry("prompt_id", "flat")
        .containsEntry("rounds", String.valueOf(ROUNDS))
        .containsEntry("flat", String.valueOf(ROUNDS - 1))
        .containsEntry("unscored", "1")
        .containsEntry("failed_leaves", "2");
    is(silent.get(0), "mean_total", 0.5);
  }

  @Test
  void aRecipeThatIsWrongIsNamedWithItsFile() throws IOException {
    Path recipe = Files.writeString(directory.resolve("wrong.sql"), "SELECT depht FROM leaves;\n");
    String views = DOCS.resolve("audit/views.sql").toString();
    CommandLineRun.of(
            directory, "sql", "--run-dir", run.resolve("run").toString(), views, recipe.toString())
        .assertRefused(recipe.toString(), "depht");
    CommandLineRun.of(directory, "sql", "--run-dir", run.resolve("run").toString(), "none.sql")
        .assertRefused("FILE: none.sql must be a readable file");
  }

  /** Two leaves a prompt and round, of two rewards. */
  private static void construct(Path target) throws IOException {
    Files.createDirectories(target);
    Files.writeString(target.resolve("config.resolved.conf"), "");
    AuditWriter writer =
        new AuditWriter(
            FileSystem.getLocal(new Configuration()),
            new org.apache.hadoop.fs.Path(target.toUri()),
            List.of("ocr", "paper-noise"));
    for (int round = 1; round <= ROUNDS; round++) {
      List<LeafRow> leaves = new ArrayList<>();
      pair(leaves, "better", 0.1 * round, 0.1 * round, 0.1);
      pair(leaves, "hacked", 0.1 * round, -0.2 * round, 0.1);
      pair(leaves, "a-little", 0.1 * round, -0.01 * round, 0.1);
      pair(leaves, "flat", round == 3 ? Double.NaN : 0.5, 0.5, 0);
      EdgeRow edge = new EdgeRow("hacked", 0, "0", 1, 0, "", -1, 0.3, 1, Status.TRAINED);
      writer.write(round, List.of(edge), leaves);
    }
  }

  private static void pair(
      List<LeafRow> leaves, String prompt, double ocr, double paper, double spread) {
    for (int leaf = 0; leaf < 2; leaf++) {
      int sign = 2 * leaf - 1;
      double[] scores = {ocr + sign * spread, paper + sign * spread};
      boolean failed = Double.isNaN(ocr);
      leaves.add(
          new LeafRow(
              prompt,
              0,
              String.valueOf(leaf),
              scores,
              (scores[0] + scores[1]) / 2,
              failed ? Double.NaN : sign * Math.signum(spread),
              failed ? Status.FAILED : Status.TRAINED,
              "0a1b2c3d"));
    }
  }

  /** The rows of every recipe, as {@code treegrpo sql} prints them. */
  private static Map<String, List<Map<String, String>>> ask(String name) throws IOException {
    List<String> words = new ArrayList<>(List.of("sql", "--run-dir", run.resolve(name).toString()));
    words.add(DOCS.resolve("audit/views.sql").toString());
    Path mark = Files.writeString(directory.resolve("mark.sql"), "SELECT 'end' AS recipe;\n");
    for (Path recipe : recipes()) {
      words.addAll(List.of(recipe.toString(), mark.toString()));
    }
    SparkConf spark = TinyRun.spark("local[1]").set("spark.sql.shuffle.partitions", "2");
    CommandLineRun sql =
        CommandLineRun.of(directory, spark, new Configuration(), words.toArray(String[]::new));
    sql.assertDone();
    String[] tables = sql.out().split("recipe\nend\n", -1);
    Map<String, List<Map<String, String>>> answers = new LinkedHashMap<>();
    for (int i = 0; i < recipes().size(); i++) {
      answers.put(recipes().get(i).getFileName().toString(), table(tables[i]));
    }
    assertThat(answers.keySet())
        .as("recipes that a test below looks at")
        .containsExactlyInAnyOrder(HACKED, DEPTHS, CONFLICTS, NO_SIGNAL);
    return answers;
  }

  private static List<Map<String, String>> table(String text) {
    List<String[]> lines = text.lines().map(line -> line.split("\t", -1)).toList();
    String[] names = lines.get(0);
    return lines.stream()
        .skip(1)
        .map(
            line ->
                IntStream.range(0, names.length)
                    .boxed()
                    .collect(Collectors.toMap(i -> names[i], i -> line[i])))
        .toList();
  }

  private static List<Path> recipes() throws IOException {
    try (Stream<Path> files = Files.list(DOCS.resolve("audit"))) {
      return files.filter(file -> !file.endsWith("views.sql")).sorted().toList();
    }
  }

  private static List<String> documented(String section) {
    return COLUMN
        .matcher(section)
        .results()
        .map(row -> row.group(1) + " " + row.group(2) + " null: " + row.group(3))
        .toList();
  }

  private static List<String> written(String table) throws IOException {
    return rows(table, 1).get(0).getType().getFields().stream()
        .map(
            field ->
                "%s %s null: %s"
                    .formatted(
                        field.getName(),
                        switch (field.asPrimitiveType().getPrimitiveTypeName()) {
                          case INT32 -> "int";
                          case BINARY -> "string";
                          case DOUBLE -> "double";
                          case BOOLEAN -> "boolean";
                          default -> "unknown";
                        },
                        field.isRepetition(Type.Repetition.OPTIONAL) ? "yes" : "no"))
        .toList();
  }

  private static List<Group> rows(String table, int round) throws IOException {
    return ParquetRows.read(run.resolve("run/audit/round=%06d/%s.parquet".formatted(round, table)));
  }

  private static double[] column(List<Group> rows, ToDoubleFunction<Group> value) {
    return rows.stream().mapToDouble(value).toArray();
  }

  private static double std(double[] values) {
    double mean = DoubleStream.of(values).average().orElseThrow();
    return Math.sqrt(
        DoubleStream.of(values).map(v -> (v - mean) * (v - mean)).average().orElseThrow());
  }

  private static double number(Map<String, String> row, String column) {
    return Double.parseDouble(row.get(column));
  }

  private static void is(Map<String, String> row, String column, double expected) {
    assertThat(number(row, column))
        .as("%s of %s", column, row)
        .isCloseTo(expected, within(ROUNDING));
  }
}
