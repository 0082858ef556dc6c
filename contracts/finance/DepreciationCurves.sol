// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {IDepreciationCurves} from "./interfaces/IDepreciationCurves.sol";

/// @notice Owns the curves along which hardware loses value.
abstract contract DepreciationCurves is AccessManaged, IDepreciationCurves {
    uint256 private constant POINTS_CAP = 16;
    uint16 private constant FULL_BPS = 10_000;

    /// @dev Points as age × 2^16 + basis points: four a slot.
    mapping(bytes32 hardwareClass => uint64[] points) private _curves;

    /// @inheritdoc IDepreciationCurves
    function setCurve(bytes32 hardwareClass, Point[] calldata points) external restricted {
        require(points.length <= POINTS_CAP, DepreciationCurvesTooLong(points.length, POINTS_CAP));
        uint64[] memory packed = new uint64[](points.length);
        Point memory last = Point(0, FULL_BPS);
        for (uint256 i = 0; i < points.length; ++i) {
            Point memory point = points[i];
            bool later = i == 0 ? point.age == 0 : point.age > last.age;
            require(later && point.bps <= last.bps, DepreciationCurvesInvalidPoint(i, point.age, point.bps));
            packed[i] = (uint64(point.age) << 16) | point.bps;
            last = point;
        }
        _curves[hardwareClass] = packed;
        emit CurveSet(hardwareClass, points);
    }

    /// @inheritdoc IDepreciationCurves
    function curveOf(bytes32 hardwareClass) external view returns (Point[] memory points) {
        uint64[] memory packed = _curves[hardwareClass];
        points = new Point[](packed.length);
        for (uint256 i = 0; i < packed.length; ++i) {
            points[i] = Point(uint40(packed[i] >> 16), uint16(packed[i]));
        }
    }

    /// @inheritdoc IDepreciationCurves
    function worthOf(
        bytes32 hardwareClass,
        uint256 value,
        uint256 madeAt,
        uint256 timestamp
    ) public view returns (uint256 left) {
        uint64[] storage curve = _curves[hardwareClass];
        uint256 age = timestamp - madeAt;
        uint256 count = curve.length;
        if (count == 0) return 0;
        uint256 before = curve[0];
        for (uint256 i = 1; i < count && age >= before >> 16; ++i) {
            uint256 point = curve[i];
            if (age < point >> 16) return _between(value, before, point, age);
            before = point;
        }
        // at the last point, or beyond the maximum age
        return age == before >> 16 ? (value * uint16(before)) / FULL_BPS : 0;
    }

    function _between(uint256 value, uint256 from, uint256 to, uint256 age) private pure returns (uint256) {
        uint256 length = (to >> 16) - (from >> 16);
        uint256 fall = uint256(uint16(from) - uint16(to)) * (age - (from >> 16));
        return (value * (uint16(from) * length - fall)) / (length * FULL_BPS);
    }
}
