// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/**
 * @title IDepreciationCurves
 * @notice How much of its attested value hardware of a class keeps with age, without a keeper.
 * @dev A curve is piecewise linear between points. Beyond its last point, and without a curve, nothing is left.
 */
interface IDepreciationCurves {
    /// @param age Seconds since the value was attested.
    /// @param bps What is left then, in basis points.
    struct Point {
        uint40 age;
        uint16 bps;
    }

    /// @notice Hardware of a class depreciates along a new curve; no points: it is worth nothing.
    event CurveSet(bytes32 indexed hardwareClass, Point[] points);

    /// @notice A curve has too many points.
    error DepreciationCurvesTooLong(uint256 points, uint256 most);

    /// @notice The first point is not at age 0, ages do not rise, or the value rises or is above 10,000 basis points.
    error DepreciationCurvesInvalidPoint(uint256 index, uint40 age, uint16 bps);

    /**
     * @notice Sets the curve of a class of hardware. What is at auction keeps its price.
     * @dev Emits {CurveSet}.
     *
     * Requirements:
     * - the caller has the role of this function;
     * - at most 16 points; the first has age 0, ages rise, values do not and are at most 10,000 basis points.
     *
     * @param hardwareClass The class, as the registry of GPUs names it.
     * @param points The points, by age.
     */
    function setCurve(bytes32 hardwareClass, Point[] calldata points) external;

    /// @notice The points of a class's curve.
    function curveOf(bytes32 hardwareClass) external view returns (Point[] memory points);

    /**
     * @notice What is left of a value, in payment-token units, rounded down.
     * @param hardwareClass The class.
     * @param value The attested value, in payment-token units, below 2^192.
     * @param madeAt When it was attested, in seconds.
     * @param timestamp The time in question, in seconds, not before `madeAt`.
     */
    function worthOf(
        bytes32 hardwareClass,
        uint256 value,
        uint256 madeAt,
        uint256 timestamp
    ) external view returns (uint256 left);
}
