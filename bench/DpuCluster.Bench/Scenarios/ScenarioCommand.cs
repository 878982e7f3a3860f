using System.CommandLine;
using System.Globalization;
using DpuCluster.Bench.Measure;

namespace DpuCluster.Bench.Scenarios;

/// <summary>The command of a scenario: runs it and shows its figures.</summary>
internal static class ScenarioCommand
{
    public static Command Create(Scenario scenario)
    {
        var numbers = scenario.Numbers.Select(Number).ToArray();
        var executable = new Option<FileInfo>("--executable")
        {
            Description = "The dpucluster program to measure; default: the one that was published when this benchmark was built.",
            HelpName = "FILE",
            DefaultValueFactory = _ => Published() ?? new(Path.Combine(AppContext.BaseDirectory, "dpucluster")),
        };
        executable.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && !File.Exists(result.Tokens[0].Value))
            {
                result.AddError($"--executable {result.Tokens[0].Value}: there is no such file");
            }
        });
        var parts = new Option<string[]>("--parts")
        {
            Description = "Which parts to measure; default: all.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => scenario.Parts,
        };
        parts.AcceptOnlyFromAmong(scenario.Parts);
        var write = new Option<FileInfo?>("--write") { Description = "Also write the figures into this file, as Markdown, and curves beside it, as SVG.", HelpName = "FILE" };
        var command = new Command(scenario.Name, scenario.Description) { parts, executable, write };
        foreach (var number in numbers)
        {
            command.Add(number);
        }

        command.SetAction(async (parsed, cancellation) =>
        {
            var options = new ScenarioOptions(
                parsed.GetValue(executable)!.FullName,
                numbers.ToDictionary(number => number.Name, parsed.GetValue),
                parsed.GetValue(parts)!,
                parsed.GetValue(write) is { } written ? Path.ChangeExtension(written.FullName, ".svg") : null);
            var machine = Machine.Describe();
            var date = DateTime.UtcNow;
            var figures = await scenario.RunAsync(options, step => Console.Error.WriteLine(step), cancellation);
            FigureTable.Print(scenario.Counted, figures);
            Console.Out.WriteLine(machine);
            if (parsed.GetValue(write) is { } file)
            {
                var head = string.Create(CultureInfo.InvariantCulture, $"""
                    # {scenario.Title}

                    - Machine: {machine}
                    - Date: {date:yyyy-MM-dd HH:mm} UTC
                    - Command: `dotnet run -c Release --project bench/DpuCluster.Bench -- {scenario.Name} {string.Join(' ', options.Numbers.Select(number => $"{number.Key} {number.Value}"))}`

                    """);
                await File.WriteAllTextAsync(file.FullName, $"{head}\n{FigureTable.ToMarkdown(scenario.Counted, figures)}", cancellation);
            }

            return 0;
        });
        return command;
    }

    private static FileInfo? Published() =>
        new FileInfo(Path.Combine(AppContext.BaseDirectory, "published", "dpucluster")) is { Exists: true } file ? file : null;

    private static Option<int> Number(ScenarioNumber number)
    {
        var (name, description, otherwise, least, most) = number;
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => otherwise };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var value) && (value < least || value > most))
            {
                result.AddError($"{name} {value}: use {least} to {most}");
            }
        });
        return option;
    }
}
