import { mkdir, writeFile } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TitleComponent } from "echarts/components";
import { init, use } from "echarts/core";
import type { EChartsCoreOption } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

const FOLDER = resolve(__dirname, "../../.demo");
const [WIDTH, PANEL_HEIGHT, TOP, GAP] = [900, 220, 60, 70];

/** A line: a value for each day. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [day: number, value: number])[];
}

/** Lines with one scale. */
export interface Panel {
  readonly title: string;
  readonly series: readonly Series[];
}

/** Bars of one colour. */
export interface BarSeries {
  readonly name: string;
  readonly bars: readonly (readonly [category: string, value: number])[];
}

/** Bars beside each other, in the order of their categories. */
export interface Bars {
  readonly title: string;
  /** What the axes have. */
  readonly category: string;
  readonly value: string;
  readonly categories: readonly string[];
  readonly series: readonly BarSeries[];
}

/** Writes a chart of an act, and says where. */
export function writeChart(act: string, svg: string): Promise<void> {
  return writePicture("chart", `${act}.svg`, svg);
}

/** Writes a picture into the demo's folder, and says what it shows and where it is. */
export async function writePicture(
  what: string,
  name: string,
  data: string | Uint8Array,
): Promise<void> {
  const file = resolve(FOLDER, name);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, data);
  console.log(`${what}: ${relative(process.cwd(), file)}`);
}

/** Draws panels below each other, over days, as SVG. */
export function drawLines(title: string, panels: readonly Panel[]): string {
  const topOf = (panel: number) => TOP + GAP / 2 + panel * (PANEL_HEIGHT + GAP);
  return draw(TOP + panels.length * (PANEL_HEIGHT + GAP), {
    title: [
      { text: title, left: "center" },
      ...panels.map((panel, i) => ({
        text: panel.title,
        left: 40,
        top: topOf(i) - 32,
        textStyle: { fontSize: 13 },
      })),
    ],
    legend: { top: 28 },
    grid: panels.map((_, i) => ({ top: topOf(i), height: PANEL_HEIGHT, left: 70, right: 30 })),
    xAxis: panels.map((_, gridIndex) => ({ gridIndex, type: "value", name: "day" })),
    yAxis: panels.map((_, gridIndex) => ({ gridIndex, type: "value", scale: true })),
    series: panels.flatMap(({ series }, i) =>
      series.map(({ name, points }) => ({
        ...{ name, type: "line", xAxisIndex: i, yAxisIndex: i },
        data: points.map((point) => [...point]),
      })),
    ),
  });
}

/** Draws bars as SVG. */
export function drawBars({ title, category, value, categories, series }: Bars): string {
  return draw(2 * PANEL_HEIGHT, {
    title: { text: title, left: "center" },
    legend: { top: 34 },
    grid: { top: TOP + GAP / 2, bottom: GAP, left: 80, right: 30 },
    xAxis: {
      ...{ type: "category", data: [...categories], name: category },
      ...{ nameLocation: "middle", nameGap: 40, axisLine: { onZero: false } },
    },
    yAxis: { type: "value", name: value, nameLocation: "middle", nameGap: 50 },
    series: series.map(({ name, bars }) => ({
      ...{ name, type: "bar", stack: "one bar each" },
      data: bars.map((bar) => [...bar]),
    })),
  });
}

function draw(height: number, option: EChartsCoreOption): string {
  const chart = init(null, null, { renderer: "svg", ssr: true, width: WIDTH, height });
  chart.setOption({ animation: false, ...option });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
